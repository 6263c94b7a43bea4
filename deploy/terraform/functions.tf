# The functions that answer requests.

locals {
  entry_points = {
    predict       = "predict"
    predict-batch = "predictBatch"
    model-info    = "modelInfo"
    serve         = "serve"
  }

  ingress_settings = {
    all               = "ALLOW_ALL"
    internal-only     = "ALLOW_INTERNAL_ONLY"
    internal-and-gclb = "ALLOW_INTERNAL_AND_GCLB"
  }

  # The folder that the build fills with compiled code: builds and functions both lie in /workspace.
  function_environment = merge(local.environment, { NODE_COMPILE_CACHE = "/workspace/.compile-cache" })

  # onnxruntime-node's install script would fetch GPU libraries.
  build_environment = { ONNXRUNTIME_NODE_INSTALL = "skip" }
}

resource "google_cloudfunctions2_function" "http" {
  for_each = var.functions

  project  = var.project_id
  location = var.region
  name     = "${local.prefix}${each.key}"
  labels   = local.labels

  build_config {
    runtime               = var.runtime
    entry_point           = local.entry_points[each.key]
    environment_variables = local.build_environment
    service_account       = google_service_account.build[0].id
    docker_repository     = google_artifact_registry_repository.function_images[0].id

    source {
      storage_source {
        bucket = google_storage_bucket.source[0].name
        object = google_storage_bucket_object.source[0].name
      }
    }

    # A new Node.js underneath would void the compile cache that was built.
    on_deploy_update_policy {}
  }

  service_config {
    available_memory                 = var.memory
    available_cpu                    = tostring(var.cpu)
    max_instance_request_concurrency = var.concurrency
    min_instance_count               = var.min_instances
    max_instance_count               = var.max_instances
    timeout_seconds                  = var.timeout_seconds
    service_account_email            = google_service_account.runtime.email
    ingress_settings                 = local.ingress_settings[var.ingress]
    all_traffic_on_latest_revision   = true
    environment_variables            = local.function_environment

    dynamic "secret_environment_variables" {
      for_each = local.secret_variables

      content {
        key        = secret_environment_variables.value.variable
        project_id = var.project_id
        secret     = google_secret_manager_secret.this[secret_environment_variables.key].secret_id
        version    = secret_environment_variables.value.version
      }
    }

    dynamic "secret_volumes" {
      for_each = local.secret_files

      content {
        mount_path = dirname(secret_volumes.value.file)
        project_id = var.project_id
        secret     = google_secret_manager_secret.this[secret_volumes.key].secret_id

        versions {
          version = secret_volumes.value.version
          path    = basename(secret_volumes.value.file)
        }
      }
    }
  }

  lifecycle {
    # Set by the platform on every function.
    ignore_changes = [service_config[0].environment_variables["LOG_EXECUTION_ID"]]
  }

  depends_on = [
    google_project_iam_member.build_logs,
    google_project_iam_member.build_reads_staged_source,
    google_storage_bucket_iam_member.build_reads_source,
    google_storage_bucket_iam_member.runtime_reads_models,
    google_artifact_registry_repository_iam_member.build_writes_images,
    google_secret_manager_secret_iam_member.runtime_reads,
  ]
}

# A function is invoked by the right to invoke its Cloud Run service, which has its name.
resource "google_cloud_run_v2_service_iam_member" "function_invoker" {
  for_each = {
    for pair in setproduct(var.functions, local.callers) : "${pair[0]} ${pair[1]}" => { function = pair[0], member = pair[1] }
  }

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.http[each.value.function].name
  role     = "roles/run.invoker"
  member   = each.value.member
}

locals {
  callers = var.public ? setunion(var.invokers, ["allUsers"]) : var.invokers
}

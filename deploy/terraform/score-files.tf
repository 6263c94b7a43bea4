# Scores each file that comes to a bucket: Cloud Storage tells Pub/Sub, and Eventarc calls the function.

locals {
  scores_files = var.score_files != null
}

resource "google_storage_bucket" "files" {
  count = local.scores_files ? 1 : 0

  project                     = var.project_id
  name                        = var.score_files.bucket
  location                    = local.location
  labels                      = local.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  depends_on = [google_project_service.api]
}

# An account of its own: the one that answers requests has no business with these files.
resource "google_service_account" "scorer" {
  count = local.scores_files ? 1 : 0

  project      = var.project_id
  account_id   = "${local.prefix}onnx-functions-scorer"
  display_name = "ONNX functions: scores files"

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "scorer_reads_models" {
  count = local.scores_files ? 1 : 0

  bucket = google_storage_bucket.models.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.scorer[0].member
}

resource "google_storage_bucket_iam_member" "scorer_uses_files" {
  count = local.scores_files ? 1 : 0

  bucket = google_storage_bucket.files[0].name
  role   = "roles/storage.objectUser"
  member = google_service_account.scorer[0].member
}

# The trigger may receive events and call this one function.
resource "google_service_account" "trigger" {
  count = local.scores_files ? 1 : 0

  project      = var.project_id
  account_id   = "${local.prefix}onnx-functions-trigger"
  display_name = "ONNX functions: calls score-file"

  depends_on = [google_project_service.api]
}

resource "google_project_iam_member" "trigger_receives_events" {
  count = local.scores_files ? 1 : 0

  project = var.project_id
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.trigger[0].member
}

data "google_storage_project_service_account" "this" {
  count = local.scores_files ? 1 : 0

  project = var.project_id
}

resource "google_project_iam_member" "storage_publishes" {
  count = local.scores_files ? 1 : 0

  project = var.project_id
  role    = "roles/pubsub.publisher"
  member  = data.google_storage_project_service_account.this[0].member
}

resource "google_cloudfunctions2_function" "score_file" {
  count = local.scores_files ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = "${local.prefix}score-file"
  labels   = local.labels

  build_config {
    runtime               = var.runtime
    entry_point           = "scoreFile"
    environment_variables = local.build_environment
    service_account       = google_service_account.build[0].id
    docker_repository     = google_artifact_registry_repository.function_images[0].id

    source {
      storage_source {
        bucket = google_storage_bucket.source[0].name
        object = google_storage_bucket_object.source[0].name
      }
    }

    on_deploy_update_policy {}
  }

  # One file at a time, for as long as Pub/Sub, which carries the event, waits.
  service_config {
    available_memory                 = var.score_files.memory
    available_cpu                    = "1"
    max_instance_request_concurrency = 1
    min_instance_count               = 0
    max_instance_count               = var.score_files.max_instances
    timeout_seconds                  = 540
    service_account_email            = google_service_account.scorer[0].email
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"
    all_traffic_on_latest_revision   = true
    environment_variables = merge(local.function_environment, {
      SCORE_INPUT_PREFIX  = var.score_files.input_prefix
      SCORE_OUTPUT_PREFIX = var.score_files.output_prefix
    })
  }

  # Without a retry the news of a file comes only once.
  event_trigger {
    event_type            = "google.cloud.storage.object.v1.finalized"
    trigger_region        = lower(local.location)
    service_account_email = google_service_account.trigger[0].email
    retry_policy          = "RETRY_POLICY_RETRY"

    event_filters {
      attribute = "bucket"
      value     = google_storage_bucket.files[0].name
    }
  }

  lifecycle {
    ignore_changes = [service_config[0].environment_variables["LOG_EXECUTION_ID"]]
  }

  depends_on = [
    google_project_iam_member.build_logs,
    google_project_iam_member.build_reads_staged_source,
    google_project_iam_member.storage_publishes,
    google_project_iam_member.trigger_receives_events,
    google_storage_bucket_iam_member.build_reads_source,
    google_storage_bucket_iam_member.scorer_reads_models,
    google_storage_bucket_iam_member.scorer_uses_files,
    google_artifact_registry_repository_iam_member.build_writes_images,
  ]
}

resource "google_cloud_run_v2_service_iam_member" "trigger_invoker" {
  count = local.scores_files ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.score_file[0].name
  role     = "roles/run.invoker"
  member   = google_service_account.trigger[0].member
}

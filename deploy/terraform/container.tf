# The container service: every route on Cloud Run.

locals {
  run_ingress = {
    all               = "INGRESS_TRAFFIC_ALL"
    internal-only     = "INGRESS_TRAFFIC_INTERNAL_ONLY"
    internal-and-gclb = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  }
}

resource "google_cloud_run_v2_service" "server" {
  count = var.container == null ? 0 : 1

  project             = var.project_id
  location            = var.region
  name                = "${local.prefix}server"
  ingress             = local.run_ingress[var.ingress]
  deletion_protection = var.deletion_protection
  labels              = local.labels

  template {
    service_account                  = google_service_account.runtime.email
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.container.concurrency
    labels                           = local.labels

    dynamic "volumes" {
      for_each = local.secret_files

      content {
        name = volumes.key

        secret {
          secret = google_secret_manager_secret.this[volumes.key].secret_id

          items {
            version = volumes.value.version
            path    = basename(volumes.value.file)
          }
        }
      }
    }

    scaling {
      min_instance_count = var.container.min_instances
      max_instance_count = var.container.max_instances
    }

    containers {
      image = var.container.image

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = tostring(var.container.cpu), memory = var.container.memory }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = local.environment

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secret_variables

        content {
          name = env.value.variable

          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.this[env.key].secret_id
              version = env.value.version
            }
          }
        }
      }

      dynamic "volume_mounts" {
        for_each = local.secret_files

        content {
          name       = volume_mounts.key
          mount_path = dirname(volume_mounts.value.file)
        }
      }

      # No request comes before the model is loaded.
      startup_probe {
        period_seconds    = 1
        timeout_seconds   = 1
        failure_threshold = 60

        http_get {
          path = "/ready"
        }
      }

      liveness_probe {
        period_seconds    = 30
        timeout_seconds   = 5
        failure_threshold = 3

        http_get {
          path = "/health"
        }
      }
    }
  }

  lifecycle {
    # Which image runs, and for how much of the traffic, is what the delivery decides from then on.
    ignore_changes = [
      client,
      client_version,
      traffic,
      template[0].revision,
      template[0].containers[0].image,
    ]
  }

  depends_on = [
    google_storage_bucket_iam_member.runtime_reads_models,
    google_secret_manager_secret_iam_member.runtime_reads,
  ]
}

resource "google_cloud_run_v2_service_iam_member" "server_invoker" {
  for_each = var.container == null ? toset([]) : local.callers

  project  = var.project_id
  location = var.region
  name     = google_cloud_run_v2_service.server[0].name
  role     = "roles/run.invoker"
  member   = each.key
}

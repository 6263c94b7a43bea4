# Compares what the model was asked with what it was trained on, on a schedule.

locals {
  watches_drift = var.drift != null
  drift_reports = "reports/"
  # A model may be named with its version.
  drift_report = try("gs://${google_storage_bucket.prediction_log[0].name}/${local.drift_reports}${replace(var.drift.model, "/", "-")}.html", null)
}

# The prediction log, as NDJSON files by the hour.
resource "google_storage_bucket" "prediction_log" {
  count = local.watches_drift ? 1 : 0

  project                     = var.project_id
  name                        = var.drift.log_bucket
  location                    = local.location
  labels                      = local.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      age = var.drift.log_days
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_project_sink" "predictions" {
  count = local.watches_drift ? 1 : 0

  project     = var.project_id
  name        = "${local.prefix}onnx-functions-predictions"
  description = "Predictions of the services, for the drift check"
  destination = "storage.googleapis.com/${google_storage_bucket.prediction_log[0].name}"
  # Each entry about rows, also of batches of a regression, which have no `prediction`.
  filter                 = "${local.log_filter} AND jsonPayload.model:* AND jsonPayload.rows>0"
  unique_writer_identity = true

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "sink_writes" {
  count = local.watches_drift ? 1 : 0

  bucket = google_storage_bucket.prediction_log[0].name
  role   = "roles/storage.objectCreator"
  member = google_logging_project_sink.predictions[0].writer_identity
}

resource "google_service_account" "drift" {
  count = local.watches_drift ? 1 : 0

  project      = var.project_id
  account_id   = "${local.prefix}onnx-functions-drift"
  display_name = "ONNX functions: checks for drift"

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "drift_reads" {
  for_each = local.watches_drift ? {
    models = google_storage_bucket.models.name
    log    = google_storage_bucket.prediction_log[0].name
  } : {}

  bucket = each.value
  role   = "roles/storage.objectViewer"
  member = google_service_account.drift[0].member
}

# The newest report takes the place of the one before, which needs the right to delete: of reports alone, not of the log.
resource "google_storage_bucket_iam_member" "drift_reports" {
  count = local.watches_drift ? 1 : 0

  bucket = google_storage_bucket.prediction_log[0].name
  role   = "roles/storage.objectUser"
  member = google_service_account.drift[0].member

  condition {
    title      = "reports"
    expression = "resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.prediction_log[0].name}/objects/${local.drift_reports}\")"
  }
}

resource "google_cloud_run_v2_job" "drift" {
  count = local.watches_drift ? 1 : 0

  project             = var.project_id
  location            = var.region
  name                = "${local.prefix}drift"
  deletion_protection = false
  labels              = local.labels

  template {
    template {
      service_account = google_service_account.drift[0].email
      timeout         = "3600s"
      # The same log gives the same answer: trying again would only delay the alert.
      max_retries = 0

      containers {
        image = var.drift.image
        # The image's entry point is Node.js, and its working directory holds the command line.
        args = concat(
          # Cloud Logging files what services print below this name.
          ["cli.js", "drift", var.drift.model, "gs://${google_storage_bucket.prediction_log[0].name}/run.googleapis.com/stdout"],
          ["--html", local.drift_report],
          var.drift.arguments,
        )

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }

        dynamic "env" {
          for_each = local.environment

          content {
            name  = env.key
            value = env.value
          }
        }
      }
    }
  }

  depends_on = [google_storage_bucket_iam_member.drift_reads, google_storage_bucket_iam_member.drift_reports]
}

resource "google_service_account" "scheduler" {
  count = local.watches_drift ? 1 : 0

  project      = var.project_id
  account_id   = "${local.prefix}onnx-functions-sched"
  display_name = "ONNX functions: starts the drift check"

  depends_on = [google_project_service.api]
}

resource "google_cloud_run_v2_job_iam_member" "scheduler_runs" {
  count = local.watches_drift ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloud_run_v2_job.drift[0].name
  role     = "roles/run.invoker"
  member   = google_service_account.scheduler[0].member
}

resource "google_cloud_scheduler_job" "drift" {
  count = local.watches_drift ? 1 : 0

  project   = var.project_id
  region    = var.region
  name      = "${local.prefix}onnx-functions-drift"
  schedule  = var.drift.schedule
  time_zone = var.drift.time_zone

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_job.drift[0].id}:run"

    oauth_token {
      service_account_email = google_service_account.scheduler[0].email
    }
  }

  depends_on = [google_project_service.api]
}

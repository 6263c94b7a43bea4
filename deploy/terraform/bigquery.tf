# The model as a function of BigQuery's SQL, called through a connection with an account of its own.

resource "google_bigquery_connection" "this" {
  count = var.bigquery == null ? 0 : 1

  project       = var.project_id
  location      = var.bigquery.location
  connection_id = "${local.prefix}onnx-functions"
  friendly_name = "ONNX functions"

  cloud_resource {}

  depends_on = [google_project_service.api]
}

resource "google_cloud_run_v2_service_iam_member" "bigquery_invoker" {
  count = var.bigquery == null ? 0 : 1

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.http["predict-batch"].name
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_bigquery_connection.this[0].cloud_resource[0].service_account_id}"
}

# Names the version that it was made for, as the statement that model-info shows does.
resource "google_bigquery_routine" "predict" {
  count = var.bigquery == null ? 0 : 1

  project         = var.project_id
  dataset_id      = var.bigquery.dataset
  routine_id      = replace(replace(var.bigquery.model, "/[^A-Za-z0-9_]/", "_"), "/^([0-9])/", "_$1")
  routine_type    = "SCALAR_FUNCTION"
  definition_body = ""
  return_type     = jsonencode({ typeKind = "JSON" })

  dynamic "arguments" {
    for_each = var.bigquery.features

    content {
      name      = arguments.value.name
      data_type = jsonencode({ typeKind = arguments.value.type })
    }
  }

  remote_function_options {
    endpoint          = google_cloudfunctions2_function.http["predict-batch"].service_config[0].uri
    connection        = google_bigquery_connection.this[0].name
    max_batching_rows = tostring(var.bigquery.max_batching_rows)
    user_defined_context = {
      model   = var.bigquery.model
      version = var.bigquery.version
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.bigquery_invoker]
}

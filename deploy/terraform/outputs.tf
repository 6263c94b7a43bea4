output "models_bucket" {
  description = "The bucket of the models: the --registry of `onnx-functions publish`."
  value       = google_storage_bucket.models.name
}

output "function_urls" {
  description = "Address of each function."
  value       = { for name, function in google_cloudfunctions2_function.http : name => function.service_config[0].uri }
}

output "container_url" {
  description = "Address of the container service; null without it."
  value       = try(google_cloud_run_v2_service.server[0].uri, null)
}

output "container_name" {
  description = "Name of the container service, as `gcloud run services` has it; null without it."
  value       = try(google_cloud_run_v2_service.server[0].name, null)
}

output "secret_ids" {
  description = "Id of each secret, as `gcloud secrets versions add` takes it."
  value       = { for name, secret in google_secret_manager_secret.this : name => secret.secret_id }
}

output "files_bucket" {
  description = "Where files to score go; null without `score_files`."
  value       = try(google_storage_bucket.files[0].name, null)
}

output "drift_job" {
  description = "The job that checks for drift, as `gcloud run jobs execute` takes it; null without `drift`."
  value       = try(google_cloud_run_v2_job.drift[0].name, null)
}

output "prediction_log" {
  description = "Where the prediction log is, as `onnx-functions drift` and `evaluate` take it; null without `drift`."
  value       = try("gs://${google_storage_bucket.prediction_log[0].name}/run.googleapis.com/stdout", null)
}

output "drift_report" {
  description = "Where the drift check puts its newest report, which a browser shows; null without `drift`."
  value       = local.drift_report
}

output "image_repository" {
  description = "Where images of the container go."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
}

output "runtime_service_account" {
  description = "The account that serves."
  value       = google_service_account.runtime.email
}

output "sql_function" {
  description = "The function of BigQuery's SQL; null without it."
  value       = try("${var.project_id}.${google_bigquery_routine.predict[0].dataset_id}.${google_bigquery_routine.predict[0].routine_id}", null)
}

output "workload_identity_provider" {
  description = "What the GitHub workflows name to deploy without a key; null without `github`."
  value       = try(google_iam_workload_identity_pool_provider.github[0].name, null)
}

output "deployer_service_account" {
  description = "The account that the GitHub workflows deploy as; null without `github`."
  value       = try(google_service_account.deployer[0].email, null)
}

output "alert_queries" {
  description = "The PromQL of each alert."
  value       = { for name, rule in local.alert_rules : name => rule.query }
}

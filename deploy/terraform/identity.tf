# Who runs what, and what each may do. Nobody here is an editor of the project.

resource "google_service_account" "runtime" {
  project      = var.project_id
  account_id   = "${local.prefix}onnx-functions"
  display_name = "ONNX functions: reads models and serves them"

  depends_on = [google_project_service.api]
}

# objectViewer lists and reads objects; the bucket itself stays out of reach.
resource "google_storage_bucket_iam_member" "runtime_reads_models" {
  bucket = google_storage_bucket.models.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.runtime.member
}

resource "google_secret_manager_secret" "this" {
  for_each = var.secrets

  project   = var.project_id
  secret_id = "${local.prefix}${each.key}"
  labels    = local.labels

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "runtime_reads" {
  for_each = google_secret_manager_secret.this

  project   = var.project_id
  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}

# Cloud Build makes the functions' images as this account, instead of the default one, which is an editor in old projects.
resource "google_service_account" "build" {
  count = var.source_archive == null ? 0 : 1

  project      = var.project_id
  account_id   = "${local.prefix}onnx-functions-build"
  display_name = "ONNX functions: builds"

  depends_on = [google_project_service.api]
}

resource "google_project_iam_member" "build_logs" {
  count = var.source_archive == null ? 0 : 1

  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build[0].member
}

resource "google_storage_bucket_iam_member" "build_reads_source" {
  count = var.source_archive == null ? 0 : 1

  bucket = google_storage_bucket.source[0].name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build[0].member
}

# Cloud Functions copies the source to a bucket of its own, and builds from there.
resource "google_project_iam_member" "build_reads_staged_source" {
  count = var.source_archive == null ? 0 : 1

  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build[0].member

  condition {
    title      = "sources-of-functions"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\")"
  }
}

resource "google_artifact_registry_repository_iam_member" "build_writes_images" {
  count = var.source_archive == null ? 0 : 1

  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.function_images[0].name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build[0].member
}

# The images of the functions; the buildpack moves its tags, so they are kept from the container's.
resource "google_artifact_registry_repository" "function_images" {
  count = var.source_archive == null ? 0 : 1

  project       = var.project_id
  location      = var.region
  repository_id = "${local.prefix}onnx-functions-build"
  description   = "Images of the functions, as Cloud Build makes them"
  format        = "DOCKER"
  labels        = local.labels

  depends_on = [google_project_service.api]
}

# The models, the source of the functions, and the images.

# Versions of a model are never changed; object versioning undoes what happens all the same.
resource "google_storage_bucket" "models" {
  project                     = var.project_id
  name                        = coalesce(var.models_bucket, "${local.prefix}${var.project_id}-models")
  location                    = local.location
  labels                      = local.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = 90
      num_newer_versions         = 3
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket" "source" {
  count = var.source_archive == null ? 0 : 1

  project                     = var.project_id
  name                        = "${local.prefix}${var.project_id}-functions-source"
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
      age = 365
    }
  }

  depends_on = [google_project_service.api]
}

# Named by its content: another archive is another object, and so a new deployment; the same one is none.
resource "google_storage_bucket_object" "source" {
  count = var.source_archive == null ? 0 : 1

  bucket = google_storage_bucket.source[0].name
  name   = "functions/${filesha256(var.source_archive)}.zip"
  source = var.source_archive
}

# The container's images.
resource "google_artifact_registry_repository" "images" {
  project       = var.project_id
  location      = var.region
  repository_id = "${local.prefix}onnx-functions"
  description   = "Images of the container server"
  format        = "DOCKER"
  labels        = local.labels

  # Tags that move could replace what was tested.
  docker_config {
    immutable_tags = true
  }

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"

    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      older_than = "7776000s" # 90 days
    }
  }

  depends_on = [google_project_service.api]
}

# Reading is not pushing: only the deployer may do that (delivery.tf).
resource "google_artifact_registry_repository_iam_member" "image_reader" {
  for_each = var.image_readers

  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.reader"
  member     = each.key
}

# Lets one GitHub repository deploy the container service, without a key that could leak: GitHub says who runs, and
# Google believes it for this repository and this ref alone.

locals {
  delivers = var.github != null
}

resource "google_iam_workload_identity_pool" "github" {
  count = local.delivers ? 1 : 0

  project                   = var.project_id
  workload_identity_pool_id = "${local.prefix}github"
  display_name              = "GitHub"

  depends_on = [google_project_service.api]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  count = local.delivers ? 1 : 0

  project                            = var.project_id
  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "actions"
  display_name                       = "GitHub Actions"

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
    "attribute.ref"        = "assertion.ref"
  }

  # Without it every repository of GitHub could ask.
  attribute_condition = "assertion.repository == \"${var.github.repository}\" && assertion.ref == \"${var.github.ref}\""

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "deployer" {
  count = local.delivers ? 1 : 0

  project      = var.project_id
  account_id   = "${local.prefix}onnx-functions-deploy"
  display_name = "ONNX functions: deploys"

  depends_on = [google_project_service.api]
}

resource "google_service_account_iam_member" "github_is_deployer" {
  count = local.delivers ? 1 : 0

  service_account_id = google_service_account.deployer[0].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github[0].name}/attribute.repository/${var.github.repository}"
}

# A revision runs as the runtime account, which the deployer must be allowed to hand out. That one only.
resource "google_service_account_iam_member" "deployer_uses_runtime" {
  count = local.delivers ? 1 : 0

  service_account_id = google_service_account.runtime.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.deployer[0].member
}

# Revisions and traffic of the one service, but not who may call it: that takes run.admin. And the smoke test calls it.
resource "google_cloud_run_v2_service_iam_member" "deployer" {
  for_each = local.delivers && var.container != null ? toset(["roles/run.developer", "roles/run.invoker"]) : toset([])

  project  = var.project_id
  location = var.region
  name     = google_cloud_run_v2_service.server[0].name
  role     = each.key
  member   = google_service_account.deployer[0].member
}

resource "google_artifact_registry_repository_iam_member" "deployer_pushes" {
  count = local.delivers ? 1 : 0

  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.deployer[0].member
}

# The canary is judged by Cloud Monitoring's count of its errors, and gcloud asks whether the APIs are on.
resource "google_project_iam_member" "deployer_reads" {
  for_each = local.delivers ? toset(["roles/monitoring.viewer", "roles/serviceusage.serviceUsageConsumer"]) : toset([])

  project = var.project_id
  role    = each.key
  member  = google_service_account.deployer[0].member
}

# The key that the smoke test sends, and no other secret.
resource "google_secret_manager_secret_iam_member" "deployer_reads_api_key" {
  count = try(var.github.api_key_secret, null) == null ? 0 : 1

  project   = var.project_id
  secret_id = var.github.api_key_secret
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.deployer[0].member

  depends_on = [google_project_service.api]
}

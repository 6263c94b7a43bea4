# What the parts share: names, labels, the APIs, and what every service finds in its environment.

locals {
  prefix   = var.name_prefix
  labels   = merge({ app = "onnx-functions" }, var.labels)
  location = coalesce(var.models_location, upper(var.region))

  # Empty members are left out, so that a service falls back to its own default.
  environment = merge(
    {
      for name, value in {
        MODEL_NAME    = var.model_name
        MODEL_VERSION = var.model_version
      } : name => value if value != null
    },
    {
      GOOGLE_CLOUD_PROJECT = var.project_id
      MODEL_REGISTRY       = "gs://${google_storage_bucket.models.name}"
    },
    var.environment,
  )

  # Secrets with a version: one that holds nothing yet would keep the services from starting.
  secret_variables = { for id, secret in var.secrets : id => secret if secret.version != null && secret.variable != null }
  secret_files     = { for id, secret in var.secrets : id => secret if secret.version != null && secret.file != null }

  # Names of the Cloud Run services, which a function also is.
  service_names = concat(
    [for name in var.functions : "${local.prefix}${name}"],
    var.container == null ? [] : ["${local.prefix}server"],
    var.score_files == null ? [] : ["${local.prefix}score-file"],
  )

  apis = var.enable_apis ? toset(concat(
    [
      "artifactregistry.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "storage.googleapis.com",
    ],
    var.source_archive == null ? [] : ["cloudbuild.googleapis.com", "cloudfunctions.googleapis.com"],
    var.score_files == null ? [] : ["eventarc.googleapis.com", "pubsub.googleapis.com"],
    var.bigquery == null ? [] : ["bigquery.googleapis.com", "bigqueryconnection.googleapis.com"],
    var.drift == null ? [] : ["cloudscheduler.googleapis.com"],
    var.github == null ? [] : ["iamcredentials.googleapis.com", "sts.googleapis.com"],
    var.budget == null ? [] : ["billingbudgets.googleapis.com"],
  )) : toset([])
}

# Its number, for what is addressed by it.
data "google_project" "this" {
  count = var.budget != null || var.uptime_check ? 1 : 0

  project_id = var.project_id
}

resource "google_project_service" "api" {
  for_each = local.apis

  project            = var.project_id
  service            = each.key
  disable_on_destroy = false
}

# A budget tells; max_instances bounds.
resource "google_billing_budget" "project" {
  count = var.budget == null ? 0 : 1

  billing_account = var.budget.billing_account
  display_name    = "${local.prefix}onnx-functions"

  budget_filter {
    projects = ["projects/${data.google_project.this[0].number}"]
  }

  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(floor(var.budget.monthly_amount))
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1]

    content {
      threshold_percent = threshold_rules.value
    }
  }

  depends_on = [google_project_service.api]
}

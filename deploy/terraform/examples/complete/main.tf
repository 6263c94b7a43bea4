# Everything: functions, the container service, files, SQL, drift, delivery from GitHub, alerts and a budget.

variable "project_id" {
  description = "The Google Cloud project."
  type        = string
}

variable "billing_account" {
  description = "The account that pays for it."
  type        = string
}

variable "image" {
  description = "The container's first image, with its tag."
  type        = string
}

provider "google" {
  project = var.project_id
}

module "onnx_functions" {
  source = "../.."

  project_id  = var.project_id
  region      = "europe-west1"
  name_prefix = "iris-"
  labels      = { team = "botany" }

  model_name     = "iris"
  source_archive = "${path.root}/../../functions.zip"
  functions      = ["predict", "predict-batch", "model-info", "serve"]
  min_instances  = 0
  max_instances  = 5
  environment    = { PREDICTION_LOG = "stats", CORS_ALLOW_ORIGINS = "https://botany.example" }
  invokers       = ["group:botanists@example.com"]

  container = {
    image         = var.image
    memory        = "1Gi"
    max_instances = 5
  }

  score_files = {
    bucket = "${var.project_id}-files"
  }

  bigquery = {
    dataset  = "ml"
    location = "EU"
    model    = "iris"
    version  = "1.0.0"
    features = [
      for name in ["sepal_length", "sepal_width", "petal_length", "petal_width"] : { name = name, type = "FLOAT64" }
    ]
  }

  drift = {
    image      = var.image
    model      = "iris"
    log_bucket = "${var.project_id}-prediction-log"
    schedule   = "30 5 * * 1-5"
    time_zone  = "Europe/Berlin"
  }

  github = {
    repository = "example/onnx-functions"
  }

  budget = {
    billing_account = var.billing_account
    monthly_amount  = 50
    currency        = "EUR"
  }

  uptime_check = true
  alert_emails = ["on-call@example.com"]
}

output "container_url" {
  description = "Address of the container service."
  value       = module.onnx_functions.container_url
}

output "workload_identity_provider" {
  description = "What the workflows of GitHub name."
  value       = module.onnx_functions.workload_identity_provider
}

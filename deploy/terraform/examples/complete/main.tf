# Everything: functions, the container service, files, SQL, drift, delivery from GitHub, alerts and a budget.
#
#   deploy/terraform/pack.sh && cd deploy/terraform/examples/complete && terraform init
#   terraform apply -var project_id=my-project -var billing_account=01AB23-CD45EF-678901
#
# makes the registry of the images among others; the service and the job need one, so they come second:
#
#   IMAGE=$(terraform output -raw image_repository)/server:0.1.0
#   podman build -t "$IMAGE" ../../../.. && podman push "$IMAGE"
#   terraform apply -var project_id=my-project -var billing_account=01AB23-CD45EF-678901 -var image="$IMAGE"

variable "project_id" {
  description = "The Google Cloud project."
  type        = string
}

variable "billing_account" {
  description = "The account that pays for it."
  type        = string
}

variable "image" {
  description = "The container's first image, with its tag. Without one there is no container service yet."
  type        = string
  default     = null
}

variable "source_archive" {
  description = "What deploy/terraform/pack.sh made; where it puts that unless set."
  type        = string
  default     = "../../functions.zip"
}

provider "google" {
  project = var.project_id

  # Whoever is logged in as a person asks for budgets in the name of a project.
  billing_project       = var.project_id
  user_project_override = true
}

resource "google_bigquery_dataset" "ml" {
  project    = var.project_id
  dataset_id = "ml"
  location   = "EU"
}

module "onnx_functions" {
  source = "../.."

  project_id  = var.project_id
  region      = "europe-west1"
  name_prefix = "iris-"
  labels      = { team = "botany" }

  model_name     = "iris"
  source_archive = var.source_archive
  functions      = ["predict", "predict-batch", "model-info", "serve"]
  min_instances  = 0
  max_instances  = 5
  environment    = { PREDICTION_LOG = "stats", CORS_ALLOW_ORIGINS = "https://botany.example" }
  invokers       = ["group:botanists@example.com"]

  container = var.image == null ? null : {
    image         = var.image
    memory        = "1Gi"
    max_instances = 5
  }

  score_files = {
    bucket = "${var.project_id}-files"
  }

  bigquery = {
    dataset  = google_bigquery_dataset.ml.dataset_id
    location = google_bigquery_dataset.ml.location
    model    = "iris"
    version  = "1.0.0"
    features = [
      for name in ["sepal_length", "sepal_width", "petal_length", "petal_width"] : { name = name, type = "FLOAT64" }
    ]
  }

  drift = var.image == null ? null : {
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

  uptime_check = var.image != null
  alert_emails = ["on-call@example.com"]
}

output "models_bucket" {
  description = "Where `onnx-functions publish` puts the models."
  value       = module.onnx_functions.models_bucket
}

output "function_urls" {
  description = "Address of each function."
  value       = module.onnx_functions.function_urls
}

output "container_url" {
  description = "Address of the container service: SERVICE_URL of the workflows."
  value       = module.onnx_functions.container_url
}

output "container_name" {
  description = "Name of the container service: SERVICE of the workflows."
  value       = module.onnx_functions.container_name
}

output "image_repository" {
  description = "Where images of the container go: IMAGE_REPOSITORY of the workflows."
  value       = module.onnx_functions.image_repository
}

output "deployer_service_account" {
  description = "Who the workflows of GitHub are: DEPLOYER_SERVICE_ACCOUNT."
  value       = module.onnx_functions.deployer_service_account
}

output "workload_identity_provider" {
  description = "What the workflows of GitHub name: WORKLOAD_IDENTITY_PROVIDER."
  value       = module.onnx_functions.workload_identity_provider
}

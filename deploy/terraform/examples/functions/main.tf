# The least: three private functions, and somebody who may call them.
#
#   deploy/terraform/pack.sh && cd deploy/terraform/examples/functions
#   terraform init && terraform apply -var project_id=my-project

variable "project_id" {
  description = "The Google Cloud project."
  type        = string
}

variable "source_archive" {
  description = "What deploy/terraform/pack.sh made; where it puts that unless set."
  type        = string
  default     = "../../functions.zip"
}

provider "google" {
  project = var.project_id
}

module "onnx_functions" {
  source = "../.."

  project_id     = var.project_id
  region         = "europe-west1"
  source_archive = var.source_archive
  model_name     = "iris"
  invokers       = ["user:ada@example.com"]
  alert_emails   = ["on-call@example.com"]
}

output "urls" {
  description = "Address of each function."
  value       = module.onnx_functions.function_urls
}

output "models_bucket" {
  description = "Where `onnx-functions publish` puts the models."
  value       = module.onnx_functions.models_bucket
}

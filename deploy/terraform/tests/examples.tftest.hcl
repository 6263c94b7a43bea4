# The examples are what somebody begins with: each plans as it is, and the fuller one in its two steps.

mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = { member = "serviceAccount:somebody@demo-project.iam.gserviceaccount.com" }
  }
}

variables {
  project_id      = "demo-project"
  source_archive  = "tests/empty.zip"
  billing_account = "01AB23-CD45EF-678901"
}

run "the_least" {
  command = plan

  module {
    source = "./examples/functions"
  }

  assert {
    condition     = output.models_bucket == "demo-project-models"
    error_message = "nobody is told where models go"
  }
}

run "everything_that_needs_no_image" {
  command = plan

  module {
    source = "./examples/complete"
  }

  assert {
    condition     = output.container_url == null && output.image_repository == "europe-west1-docker.pkg.dev/demo-project/iris-onnx-functions"
    error_message = "the service does not wait for its image, or nobody is told where that goes"
  }
}

run "everything" {
  command = plan

  module {
    source = "./examples/complete"
  }

  variables {
    image = "europe-west1-docker.pkg.dev/demo-project/iris-onnx-functions/server:0.1.0"
  }

  assert {
    condition     = output.container_name == "iris-server"
    error_message = "there is no service"
  }
}

# What there is when nothing but the required variables is set: private, bounded, and nothing that was not asked for.

mock_provider "google" {}

variables {
  project_id     = "demo-project"
  source_archive = "tests/empty.zip"
}

run "deploys_the_functions_of_deploy_sh" {
  assert {
    condition     = keys(google_cloudfunctions2_function.http) == ["model-info", "predict", "predict-batch"]
    error_message = "other functions than deploy.sh deploys"
  }

  assert {
    condition     = google_cloudfunctions2_function.http["predict-batch"].build_config[0].entry_point == "predictBatch"
    error_message = "predict-batch has another entry point"
  }

  assert {
    condition     = google_cloudfunctions2_function.http["predict"].build_config[0].environment_variables["ONNXRUNTIME_NODE_INSTALL"] == "skip"
    error_message = "the build would fetch GPU libraries"
  }

  assert {
    condition = google_cloudfunctions2_function.http["predict"].service_config[0].environment_variables == tomap({
      GOOGLE_CLOUD_PROJECT = "demo-project"
      MODEL_REGISTRY       = "gs://demo-project-models"
      NODE_COMPILE_CACHE   = "/workspace/.compile-cache"
    })
    error_message = "other variables than deploy.sh sets"
  }
}

run "lets_nobody_call" {
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.function_invoker) == 0
    error_message = "somebody may call"
  }
}

run "bounds_the_bill" {
  assert {
    condition = alltrue([
      for function in google_cloudfunctions2_function.http :
      function.service_config[0].max_instance_count == 10 && function.service_config[0].min_instance_count == 0
    ])
    error_message = "instances are not bounded, or are kept while idle"
  }
}

run "switches_on_no_api_for_what_is_not_there" {
  assert {
    condition     = !contains(keys(google_project_service.api), "eventarc.googleapis.com") && !contains(keys(google_project_service.api), "billingbudgets.googleapis.com")
    error_message = "an API is switched on that nothing uses"
  }
}

run "makes_what_was_asked_for_and_no_more" {
  assert {
    condition = length(concat(
      google_cloud_run_v2_service.server,
      google_cloudfunctions2_function.score_file,
      google_bigquery_connection.this,
      google_cloud_run_v2_job.drift,
      google_iam_workload_identity_pool.github,
      google_billing_budget.project,
    )) == 0
    error_message = "an optional part is there"
  }

  assert {
    condition     = keys(google_monitoring_alert_policy.this) == ["cold-starts", "cpu", "errors", "latency", "load-failures", "memory", "unanswered"]
    error_message = "other alerts than expected"
  }
}

run "protects_the_models" {
  assert {
    condition = (
      google_storage_bucket.models.versioning[0].enabled &&
      google_storage_bucket.models.uniform_bucket_level_access &&
      google_storage_bucket.models.public_access_prevention == "enforced" &&
      !google_storage_bucket.models.force_destroy
    )
    error_message = "the models can be lost or read by strangers"
  }
}

run "lets_the_functions_read_models_and_nothing_else" {
  assert {
    condition     = google_storage_bucket_iam_member.runtime_reads_models.role == "roles/storage.objectViewer"
    error_message = "the functions may do more than read"
  }

  assert {
    condition     = length(google_secret_manager_secret_iam_member.runtime_reads) == 0
    error_message = "the functions may read secrets"
  }
}

run "watches_what_this_deployment_runs_and_no_other" {
  assert {
    condition     = strcontains(google_logging_metric.cold_start.filter, "resource.labels.service_name=(\"model-info\" OR \"predict\" OR \"predict-batch\")")
    error_message = "the metric counts entries of other services: ${google_logging_metric.cold_start.filter}"
  }

  assert {
    condition = alltrue([
      for metric in [google_logging_metric.failed_requests, google_logging_metric.answered_requests] :
      strcontains(metric.filter, "logName=\"projects/demo-project/logs/run.googleapis.com%2Frequests\"")
    ])
    error_message = "the metric counts what the services print, too"
  }

  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.this.dashboard_json).mosaicLayout.tiles) == 12
    error_message = "the dashboard has another number of charts"
  }
}

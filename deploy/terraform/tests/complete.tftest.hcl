# Everything at once, and what each part may do.

mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = { member = "serviceAccount:somebody@demo-project.iam.gserviceaccount.com" }
  }

  mock_resource "google_cloud_run_v2_service" {
    defaults = { uri = "https://prod-server-abc-uc.a.run.app" }
  }

  mock_resource "google_monitoring_uptime_check_config" {
    defaults = { uptime_check_id = "prod-server" }
  }

  mock_data "google_project" {
    defaults = { number = "123" }
  }
}

variables {
  project_id     = "demo-project"
  name_prefix    = "prod-"
  source_archive = "tests/empty.zip"
  model_name     = "iris"
  functions      = ["predict", "predict-batch", "model-info", "serve"]
  environment    = { PREDICTION_LOG = "none" }
  invokers       = ["user:ada@example.com"]
  secrets = {
    api-keys = { file = "/secrets/api-keys.json", version = "latest" }
    token    = { variable = "TOKEN", version = "3" }
    later    = { variable = "LATER" }
  }
  container   = { image = "us-docker.pkg.dev/demo-project/images/server:1.0.0" }
  score_files = { bucket = "demo-files" }
  bigquery = {
    dataset  = "ml"
    model    = "iris-2"
    version  = "1.0.0"
    features = [{ name = "width", type = "FLOAT64" }, { name = "length", type = "FLOAT64" }]
  }
  drift = {
    image      = "us-docker.pkg.dev/demo-project/images/server:1.0.0"
    model      = "iris"
    log_bucket = "demo-log"
  }
  github       = { repository = "example/models", api_key_secret = "smoke-test-key" }
  budget       = { billing_account = "000000-111111-222222", monthly_amount = 50 }
  uptime_check = true
  alert_emails = ["on-call@example.com"]
}

run "names_everything_with_the_prefix" {
  assert {
    condition = alltrue([
      for name in concat(
        [for function in google_cloudfunctions2_function.http : function.name],
        [google_cloud_run_v2_service.server[0].name, google_cloudfunctions2_function.score_file[0].name],
        [google_cloud_run_v2_job.drift[0].name, google_service_account.runtime.account_id],
        [google_secret_manager_secret.this["api-keys"].secret_id],
      ) : startswith(name, "prod-")
    ])
    error_message = "a name lacks the prefix"
  }

  assert {
    condition = alltrue([
      for account in concat(
        [google_service_account.runtime],
        google_service_account.build, google_service_account.scorer, google_service_account.trigger,
        google_service_account.drift, google_service_account.scheduler, google_service_account.deployer,
      ) : length(account.account_id) <= 30
    ])
    error_message = "an account id is longer than 30 characters"
  }
}

run "sets_a_secret_once_it_has_a_version" {
  assert {
    condition     = [for secret in google_cloudfunctions2_function.http["predict"].service_config[0].secret_environment_variables : secret.key] == ["TOKEN"]
    error_message = "a secret without a version would keep the function from starting"
  }

  assert {
    condition     = length(google_secret_manager_secret.this) == 3
    error_message = "a secret is not there to be given a version"
  }
}

run "mounts_the_api_keys_where_a_change_is_seen_without_a_deployment" {
  assert {
    condition = (
      google_cloudfunctions2_function.http["predict"].service_config[0].secret_volumes[0].mount_path == "/secrets" &&
      google_cloudfunctions2_function.http["predict"].service_config[0].secret_volumes[0].versions == tolist([
        { path = "api-keys.json", version = "latest" },
      ])
    )
    error_message = "a function does not find the keys"
  }

  assert {
    condition = (
      google_cloud_run_v2_service.server[0].template[0].containers[0].volume_mounts[0].name ==
      google_cloud_run_v2_service.server[0].template[0].volumes[0].name
    )
    error_message = "the container does not find the keys"
  }
}

run "lets_in_whom_it_is_told_to" {
  assert {
    condition     = toset([for binding in google_cloud_run_v2_service_iam_member.function_invoker : binding.member]) == toset(["user:ada@example.com"])
    error_message = "others may call"
  }

  assert {
    condition     = keys(google_cloud_run_v2_service_iam_member.server_invoker) == ["user:ada@example.com"]
    error_message = "others may call the container"
  }
}

run "scores_files_once_each_and_again_after_a_failure" {
  assert {
    condition     = google_cloudfunctions2_function.score_file[0].event_trigger[0].retry_policy == "RETRY_POLICY_RETRY"
    error_message = "the news of a file comes once"
  }

  assert {
    condition     = google_cloudfunctions2_function.score_file[0].service_config[0].max_instance_request_concurrency == 1
    error_message = "an instance takes several files at once"
  }

  assert {
    condition     = google_cloudfunctions2_function.score_file[0].event_trigger[0].trigger_region == "us-central1"
    error_message = "the trigger is elsewhere than the bucket"
  }
}

run "gives_sql_the_columns_in_the_order_of_the_manifest" {
  assert {
    condition     = [for argument in google_bigquery_routine.predict[0].arguments : argument.name] == ["width", "length"]
    error_message = "the columns were sorted"
  }

  assert {
    condition     = google_bigquery_routine.predict[0].routine_id == "iris_2"
    error_message = "BigQuery refuses that name"
  }
}

run "starts_no_instance_that_cannot_answer" {
  assert {
    condition     = google_cloud_run_v2_service.server[0].template[0].containers[0].startup_probe[0].http_get[0].path == "/ready"
    error_message = "requests would wait for the model"
  }
}

run "trusts_one_repository_on_one_ref" {
  assert {
    condition     = google_iam_workload_identity_pool_provider.github[0].attribute_condition == "assertion.repository == \"example/models\" && assertion.ref == \"refs/heads/main\""
    error_message = "others could deploy"
  }
}

run "lets_the_delivery_read_the_key_of_its_smoke_test" {
  assert {
    condition = (
      google_secret_manager_secret_iam_member.deployer_reads_api_key[0].secret_id == "smoke-test-key" &&
      google_secret_manager_secret_iam_member.deployer_reads_api_key[0].role == "roles/secretmanager.secretAccessor"
    )
    error_message = "the smoke test has no key, or the delivery reads more"
  }
}

run "checks_for_drift_once_a_day_without_repeating_it" {
  assert {
    condition     = google_cloud_run_v2_job.drift[0].template[0].template[0].max_retries == 0
    error_message = "a found drift would be looked for again"
  }

  assert {
    condition = google_cloud_run_v2_job.drift[0].template[0].template[0].containers[0].args == tolist([
      "cli.js", "drift", "iris", "gs://demo-log/run.googleapis.com/stdout",
      "--html", "gs://demo-log/reports/iris.html", "--since", "27h", "--until", "3h",
    ])
    error_message = "another command"
  }

  assert {
    condition     = { for env in google_cloud_run_v2_job.drift[0].template[0].template[0].containers[0].env : env.name => env.value }["MODEL_REGISTRY"] == "gs://prod-demo-project-models"
    error_message = "the job does not find the baseline"
  }

  assert {
    condition     = google_cloud_scheduler_job.drift[0].http_target[0].uri == "https://run.googleapis.com/v2/${google_cloud_run_v2_job.drift[0].id}:run"
    error_message = "the schedule starts something else"
  }

  assert {
    condition     = output.prediction_log == "gs://demo-log/run.googleapis.com/stdout"
    error_message = "the output names another folder than the job reads"
  }
}

run "lets_the_drift_check_read_and_write_reports_and_nothing_else" {
  assert {
    condition = (
      { for what, binding in google_storage_bucket_iam_member.drift_reads : binding.bucket => binding.role } ==
      { "prod-demo-project-models" = "roles/storage.objectViewer", "demo-log" = "roles/storage.objectViewer" }
    )
    error_message = "the drift check may do something else than read the models and the log"
  }

  assert {
    condition     = google_storage_bucket_iam_member.drift_reports[0].condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/demo-log/objects/reports/\")"
    error_message = "the drift check may write elsewhere than among its reports"
  }

  assert {
    condition     = output.drift_report == "gs://demo-log/reports/iris.html"
    error_message = "the output names another report than the job writes"
  }

  assert {
    condition     = google_storage_bucket_iam_member.sink_writes[0].role == "roles/storage.objectCreator"
    error_message = "the sink cannot write, or may do more"
  }
}

run "alerts_of_everything" {
  assert {
    condition = keys(google_monitoring_alert_policy.this) == [
      "cold-starts", "cpu", "down", "drift", "drift-check", "errors", "latency", "load-failures", "memory",
      "unanswered",
    ]
    error_message = "an alert is missing"
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.this : length(policy.notification_channels) == 1])
    error_message = "an alert tells nobody"
  }
}

run "is_public_only_when_told_so" {
  variables {
    public = true
  }

  assert {
    condition     = contains(keys(google_cloud_run_v2_service_iam_member.server_invoker), "allUsers")
    error_message = "public = true lets nobody in"
  }
}

run "gives_events_a_way_from_the_bucket_to_the_function" {
  assert {
    condition = (
      google_project_iam_member.trigger_receives_events[0].role == "roles/eventarc.eventReceiver" &&
      google_project_iam_member.storage_publishes[0].role == "roles/pubsub.publisher" &&
      google_cloud_run_v2_service_iam_member.trigger_invoker[0].role == "roles/run.invoker"
    )
    error_message = "news of a file would be lost on the way"
  }

  assert {
    condition = (
      google_cloudfunctions2_function.score_file[0].event_trigger[0].service_account_email == google_service_account.trigger[0].email &&
      google_cloudfunctions2_function.score_file[0].service_config[0].service_account_email == google_service_account.scorer[0].email
    )
    error_message = "the function runs as another account"
  }
}

run "lets_an_account_push_images_and_others_read_them" {
  variables {
    image_readers = ["serviceAccount:service-7@serverless-robot-prod.iam.gserviceaccount.com"]
  }

  assert {
    condition = (
      google_artifact_registry_repository_iam_member.deployer_pushes[0].role == "roles/artifactregistry.writer" &&
      [for reader in google_artifact_registry_repository_iam_member.image_reader : reader.role] == ["roles/artifactregistry.reader"]
    )
    error_message = "readers may push, or the deployer may not"
  }
}

run "switches_on_the_apis_that_everything_needs" {
  assert {
    condition = length(setsubtract([
      "artifactregistry", "bigquery", "bigqueryconnection", "billingbudgets", "cloudbuild", "cloudfunctions",
      "cloudresourcemanager", "cloudscheduler", "eventarc", "iam", "iamcredentials", "logging", "monitoring", "pubsub",
      "run", "secretmanager", "storage", "sts",
    ], [for api in keys(google_project_service.api) : trimsuffix(api, ".googleapis.com")])) == 0
    error_message = "an API is missing: ${join(", ", keys(google_project_service.api))}"
  }
}

run "holds_no_right_to_change_the_project" {
  assert {
    condition = alltrue([
      for role in concat(
        [google_project_iam_member.build_logs[0].role, google_project_iam_member.build_reads_staged_source[0].role],
        [google_project_iam_member.trigger_receives_events[0].role, google_project_iam_member.storage_publishes[0].role],
        keys(google_project_iam_member.deployer_reads),
      ) : !can(regex("(owner|editor|admin)$", lower(role)))
    ])
    error_message = "an account has a role that administers"
  }
}

# What is refused before anything is planned.

mock_provider "google" {}

variables {
  project_id     = "demo-project"
  source_archive = "tests/empty.zip"
}

run "a_project_that_cannot_be" {
  command = plan

  variables {
    project_id = "Demo"
  }

  expect_failures = [var.project_id]
}

run "a_function_that_does_not_exist" {
  command = plan

  variables {
    functions = ["predict", "predictBatch"]
  }

  expect_failures = [var.functions]
}

run "functions_without_their_source" {
  command = plan

  variables {
    source_archive = null
  }

  expect_failures = [var.source_archive]
}

run "a_runtime_that_was_switched_off" {
  command = plan

  variables {
    runtime = "nodejs20"
  }

  expect_failures = [var.runtime]
}

run "concurrency_on_part_of_a_cpu" {
  command = plan

  variables {
    cpu = 0.5
  }

  expect_failures = [var.concurrency]
}

run "more_kept_instances_than_there_may_be" {
  command = plan

  variables {
    min_instances = 11
  }

  expect_failures = [var.min_instances]
}

run "everybody_among_the_invokers" {
  command = plan

  variables {
    invokers = ["allUsers"]
  }

  expect_failures = [var.invokers]
}

run "a_variable_that_is_set_elsewhere" {
  command = plan

  variables {
    environment = { MODEL_REGISTRY = "gs://another" }
  }

  expect_failures = [var.environment]
}

run "a_log_that_no_metric_and_no_sink_reads" {
  command = plan

  variables {
    environment = { LOG_TRANSPORT = "cloud" }
  }

  expect_failures = [var.environment]
}

run "a_secret_whose_version_moves" {
  command = plan

  variables {
    secrets = { api-keys = { variable = "KEYS", version = "latest" } }
  }

  expect_failures = [var.secrets]
}

run "a_secret_that_nobody_finds" {
  command = plan

  variables {
    secrets = { api-keys = { version = "1" } }
  }

  expect_failures = [var.secrets]
}

run "output_that_would_be_scored" {
  command = plan

  variables {
    score_files = { bucket = "demo-files", input_prefix = "files/", output_prefix = "files/done/" }
  }

  expect_failures = [var.score_files]
}

run "sql_without_the_function_it_calls" {
  command = plan

  variables {
    functions = ["predict"]
    bigquery  = { dataset = "ml", model = "iris", version = "1.0.0", features = [{ name = "a", type = "FLOAT64" }] }
  }

  expect_failures = [var.bigquery]
}

run "a_repository_that_cannot_be" {
  command = plan

  variables {
    github = { repository = "https://github.com/example/models" }
  }

  expect_failures = [var.github]
}

run "an_image_without_a_tag" {
  command = plan

  variables {
    container = { image = "us-docker.pkg.dev/demo-project/images/server" }
  }

  expect_failures = [var.container]
}

run "an_uptime_check_of_nothing" {
  command = plan

  variables {
    uptime_check = true
  }

  expect_failures = [var.uptime_check]
}

run "an_uptime_check_that_cannot_come_in" {
  command = plan

  variables {
    container    = { image = "us-docker.pkg.dev/demo-project/images/server:1.0.0" }
    uptime_check = true
    ingress      = "internal-only"
  }

  expect_failures = [var.uptime_check]
}

run "a_number_of_cpus_that_cloud_run_does_not_have" {
  command = plan

  variables {
    cpu = 3
  }

  expect_failures = [var.cpu]
}

run "container_memory_without_a_unit" {
  command = plan

  variables {
    container = { image = "us-docker.pkg.dev/demo-project/images/server:1.0.0", memory = "512" }
  }

  expect_failures = [var.container]
}

run "container_concurrency_on_part_of_a_cpu" {
  command = plan

  variables {
    container = { image = "us-docker.pkg.dev/demo-project/images/server:1.0.0", cpu = 0.5 }
  }

  expect_failures = [var.container]
}

run "more_kept_containers_than_there_may_be" {
  command = plan

  variables {
    container = { image = "us-docker.pkg.dev/demo-project/images/server:1.0.0", min_instances = 11 }
  }

  expect_failures = [var.container]
}

run "two_secrets_in_one_folder" {
  command = plan

  variables {
    secrets = { a = { file = "/secrets/a" }, b = { file = "/secrets/b" } }
  }

  expect_failures = [var.secrets]
}

run "a_secret_that_no_volume_can_be_named_by" {
  command = plan

  variables {
    secrets = { api_keys = { file = "/secrets/api-keys.json" } }
  }

  expect_failures = [var.secrets]
}

run "a_variable_of_the_platform" {
  command = plan

  variables {
    environment = { K_SERVICE = "predict" }
  }

  expect_failures = [var.environment]
}

run "an_invoker_without_its_kind" {
  command = plan

  variables {
    invokers = ["ada@example.com"]
  }

  expect_failures = [var.invokers]
}

run "a_bucket_of_files_with_its_scheme" {
  command = plan

  variables {
    score_files = { bucket = "gs://demo-files" }
  }

  expect_failures = [var.score_files]
}

run "sql_without_columns" {
  command = plan

  variables {
    bigquery = { dataset = "ml", model = "iris", version = "1.0.0", features = [] }
  }

  expect_failures = [var.bigquery]
}

run "a_drift_check_that_prints_what_no_alert_reads" {
  command = plan

  variables {
    drift = { image = "us-docker.pkg.dev/demo-project/images/server:1.0.0", model = "iris", log_bucket = "demo-log", arguments = ["--json"] }
  }

  expect_failures = [var.drift]
}

run "a_drift_check_of_a_log_that_is_gone" {
  command = plan

  variables {
    drift = { image = "us-docker.pkg.dev/demo-project/images/server:1.0.0", model = "iris", log_bucket = "demo-log", log_days = 1 }
  }

  expect_failures = [var.drift]
}

run "a_schedule_that_is_none" {
  command = plan

  variables {
    drift = { image = "us-docker.pkg.dev/demo-project/images/server:1.0.0", model = "iris", log_bucket = "demo-log", schedule = "daily" }
  }

  expect_failures = [var.drift]
}

run "a_branch_in_place_of_a_ref" {
  command = plan

  variables {
    github = { repository = "example/models", ref = "main" }
  }

  expect_failures = [var.github]
}

run "a_budget_of_no_account" {
  command = plan

  variables {
    budget = { billing_account = "mine", monthly_amount = 50 }
  }

  expect_failures = [var.budget]
}

run "a_latency_that_always_alerts" {
  command = plan

  variables {
    alerts = { p95_ms = 0 }
  }

  expect_failures = [var.alerts]
}

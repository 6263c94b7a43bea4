# What the log is counted into, and the alerts. The queries are PromQL, in the names that Cloud Monitoring gives its
# metrics there: run.googleapis.com/request_count is run_googleapis_com:request_count.

locals {
  log_filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=(${join(" OR ", formatlist("\"%s\"", local.service_names))})",
  ])

  # What Cloud Run itself says of each request, also of those that no instance took: its metric request_count leaves them out.
  request_log_filter = "${local.log_filter} AND logName=\"projects/${var.project_id}/logs/run.googleapis.com%2Frequests\""

  drift_log_filter = "resource.type=\"cloud_run_job\" AND resource.labels.job_name=\"${local.prefix}drift\""

  # Milliseconds of a request, and their split. Each is in the log entry of every request that took that step.
  timings = {
    latency    = { field = "latencyMs", description = "Time from a request to its answer" }
    load       = { field = "loadMs", description = "Time that a request waited for its model to be loaded" }
    validate   = { field = "validateMs", description = "Time that it took to read and check the rows" }
    preprocess = { field = "preprocessMs", description = "Time that it took to make tensors of images" }
    queue      = { field = "queueMs", description = "Time that a request waited for the runs before its own" }
    run        = { field = "runMs", description = "Time of the model run" }
  }

  metric_prefix = replace("${local.prefix}onnx", "-", "_")
}

resource "google_logging_metric" "timing" {
  for_each = local.timings

  project         = var.project_id
  name            = "${local.metric_prefix}_${each.key}_ms"
  description     = each.value.description
  filter          = "${local.log_filter} AND jsonPayload.${each.value.field}>=0"
  value_extractor = "EXTRACT(jsonPayload.${each.value.field})"

  label_extractors = {
    model   = "EXTRACT(jsonPayload.model)"
    version = "EXTRACT(jsonPayload.version)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "ms"

    labels {
      key         = "model"
      value_type  = "STRING"
      description = "The model that answered"
    }

    labels {
      key         = "version"
      value_type  = "STRING"
      description = "The version that answered"
    }
  }

  # From 0.1 ms, in steps of 1.4, to a minute.
  bucket_options {
    exponential_buckets {
      num_finite_buckets = 40
      growth_factor      = 1.4
      scale              = 0.1
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "cold_start" {
  project         = var.project_id
  name            = "${local.metric_prefix}_cold_start_ms"
  description     = "Time of requests that met a fresh instance"
  filter          = "${local.log_filter} AND jsonPayload.coldStart=true"
  value_extractor = "EXTRACT(jsonPayload.latencyMs)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "ms"
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 40
      growth_factor      = 1.4
      scale              = 0.1
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "load_failures" {
  project     = var.project_id
  name        = "${local.metric_prefix}_load_failures"
  description = "Attempts to load a model or its manifest that failed"
  filter      = "${local.log_filter} AND jsonPayload.message=~\"^loading the [a-z]+ failed\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "failed_requests" {
  project     = var.project_id
  name        = "${local.metric_prefix}_failed_requests"
  description = "Requests answered with 5xx, by an instance or for want of one"
  filter      = "${local.request_log_filter} AND httpRequest.status>=500"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.api]
}

# Without what Cloud Run answers while no instance lives: who may not call, where from, and how many.
resource "google_logging_metric" "answered_requests" {
  project     = var.project_id
  name        = "${local.metric_prefix}_answered_requests"
  description = "Requests that an instance answered, and not with 5xx"
  filter      = "${local.request_log_filter} AND httpRequest.status<500 AND httpRequest.status!=401 AND httpRequest.status!=403 AND httpRequest.status!=404 AND httpRequest.status!=429"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.api]
}

# A batch logs how often it predicted each class, which no extractor can take apart: this counts single predictions. Those
# with a confidence: the number that a regression predicts would make a series of its own each time.
resource "google_logging_metric" "predictions" {
  project     = var.project_id
  name        = "${local.metric_prefix}_predictions"
  description = "Single predictions, by class and version"
  filter      = "${local.log_filter} AND jsonPayload.rows=1 AND jsonPayload.confidence>=0"

  label_extractors = {
    model   = "EXTRACT(jsonPayload.model)"
    version = "EXTRACT(jsonPayload.version)"
    class   = "EXTRACT(jsonPayload.prediction)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    dynamic "labels" {
      for_each = { model = "The model that answered", version = "The version that answered", class = "The predicted class" }

      content {
        key         = labels.key
        value_type  = "STRING"
        description = labels.value
      }
    }
  }

  depends_on = [google_project_service.api]
}

# The exit code of a job is nowhere in Cloud Monitoring, only that it is not 0. What the job prints says which it was.
resource "google_logging_metric" "drift_found" {
  count = local.watches_drift ? 1 : 0

  project     = var.project_id
  name        = "${local.metric_prefix}_drift_found"
  description = "Versions of which the drift check said that there is drift"
  filter      = "${local.drift_log_filter} AND textPayload=~\": drift in [0-9]+ of [0-9]+ columns\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.alert_emails

  project      = var.project_id
  display_name = "ONNX functions: ${each.key}"
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_uptime_check_config" "server" {
  count = var.uptime_check ? 1 : 0

  project          = var.project_id
  display_name     = "${local.prefix}onnx-functions"
  period           = "60s"
  timeout          = "10s"
  selected_regions = ["USA", "EUROPE", "ASIA_PACIFIC"]

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project_id
      host       = trimprefix(google_cloud_run_v2_service.server[0].uri, "https://")
    }
  }

  http_check {
    path         = "/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true

    # The service is private: the check calls as Cloud Monitoring's own account.
    service_agent_authentication {
      type = "OIDC_TOKEN"
    }
  }
}

resource "google_cloud_run_v2_service_iam_member" "uptime_invoker" {
  count = var.uptime_check ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloud_run_v2_service.server[0].name
  role     = "roles/run.invoker"
  # That account comes into being with the first check that needs it.
  depends_on = [google_monitoring_uptime_check_config.server]
  member     = "serviceAccount:service-${data.google_project.this[0].number}@gcp-sa-monitoring-notification.iam.gserviceaccount.com"
}

locals {
  channels = concat(
    [for channel in google_monitoring_notification_channel.email : channel.id],
    var.notification_channels,
  )

  services  = "monitored_resource=\"cloud_run_revision\", service_name=~\"${join("|", local.service_names)}\""
  user      = "logging_googleapis_com:user_${local.metric_prefix}"
  of_ours   = "monitored_resource=\"cloud_run_revision\""
  of_drift  = "monitored_resource=\"cloud_run_job\", job_name=\"${local.prefix}drift\""
  by_bucket = "sum by (service_name, le)"

  # What is counted seldom. Its series come into being with the first of it, and may be gone when the next one comes:
  # then Prometheus' increase() sees a counter that begins at 1 and never moved. Cloud Monitoring stores with each value
  # what time it counts, and so promises to see it
  # (https://cloud.google.com/stackdriver/docs/managed-prometheus/promql-differences); the second half holds
  # either way: a series of which there was nothing in the time before is news by itself.
  rare = {
    load_failures     = { series = "${local.user}_load_failures{${local.of_ours}}", by = "service_name", window = "5m" }
    failed_requests   = { series = "${local.user}_failed_requests{${local.of_ours}}", by = "service_name", window = "5m" }
    answered_requests = { series = "${local.user}_answered_requests{${local.of_ours}}", by = "service_name", window = "2m" }
    drift_found       = { series = "${local.user}_drift_found{${local.of_drift}}", by = "job_name", window = "1h" }
    failed_checks     = { series = "run_googleapis_com:job_completed_execution_count{${local.of_drift}, result=\"failed\"}", by = "job_name", window = "1h" }
  }
  counted = {
    for name, of in local.rare :
    name => "sum by (${of.by}) (increase(${of.series}[${of.window}]) > 0 or (max_over_time(${of.series}[${of.window}]) unless last_over_time(${of.series}[${of.window}] offset ${of.window})))"
  }

  cold_starts = "sum by (service_name) (increase(${local.user}_cold_start_ms_count{${local.of_ours}}[30m]))"

  alert_rules = merge(
    {
      # Three of five minutes; increase() extrapolates, and may make 2.5 of two.
      unanswered = {
        title    = "requests fail, and none is answered"
        for      = "60s"
        severity = "CRITICAL"
        query    = "${local.counted.failed_requests} > 2.5 unless on (service_name) ${local.counted.answered_requests} > 0"
        help     = "No instance starts, or each fails whatever comes. Look whether the last revision became ready, and send the traffic back to the one before; the log of the last start says why."
      }
      latency = {
        title    = "p95 above ${var.alerts.p95_ms} ms"
        for      = "300s"
        severity = "WARNING"
        query    = "histogram_quantile(0.95, ${local.by_bucket} (rate(run_googleapis_com:request_latencies_bucket{${local.services}}[5m]))) > ${var.alerts.p95_ms}"
        help     = "Compare the split (load, queue, run) on the dashboard. A long queue wants more instances or less concurrency; a long load, a minimum instance or a sealed model; a long run, more CPU."
      }
      errors = {
        title    = "errors above ${var.alerts.error_ratio * 100} %"
        for      = "300s"
        severity = "CRITICAL"
        query    = "sum by (service_name) (rate(run_googleapis_com:request_count{${local.services}, response_code_class=\"5xx\", response_code!=\"501\"}[5m])) / sum by (service_name) (rate(run_googleapis_com:request_count{${local.services}}[5m])) > ${var.alerts.error_ratio}"
        help     = "Read the log entries with severity ERROR: `code` and `detail` say what failed. After a deployment, roll back first."
      }
      cpu = {
        title    = "CPU above ${var.alerts.cpu_ratio * 100} %"
        for      = "600s"
        severity = "WARNING"
        query    = "histogram_quantile(0.95, ${local.by_bucket} (rate(run_googleapis_com:container_cpu_utilizations_bucket{${local.services}}[5m]))) > ${var.alerts.cpu_ratio}"
        help     = "Give an instance less concurrency, so that more of them start, or more CPU."
      }
      memory = {
        title    = "memory above ${var.alerts.memory_ratio * 100} %"
        for      = "600s"
        severity = "WARNING"
        query    = "histogram_quantile(0.95, ${local.by_bucket} (rate(run_googleapis_com:container_memory_utilizations_bucket{${local.services}}[5m]))) > ${var.alerts.memory_ratio}"
        help     = "An instance that goes above its memory is killed with its requests. Raise the memory, or keep fewer models loaded (MAX_LOADED_MODELS)."
      }
      # The first request after a pause always meets a fresh instance. So it takes four in half an hour: increase()
      # extrapolates, and may make a little more of three.
      cold-starts = {
        title    = "cold starts above ${var.alerts.cold_start_ratio * 100} % of requests"
        for      = "600s"
        severity = "WARNING"
        query    = "${local.cold_starts} / sum by (service_name) (increase(${local.user}_latency_ms_count{${local.of_ours}}[30m])) > ${var.alerts.cold_start_ratio} and ${local.cold_starts} > 3.5"
        help     = "A minimum instance takes the cold start from the first request after a pause; more concurrency takes it from bursts."
      }
      load-failures = {
        title    = "a model cannot be loaded"
        for      = "0s"
        severity = "CRITICAL"
        query    = "${local.counted.load_failures} > 0"
        help     = "The log entry `loading the model failed` says why: nothing published there, no right to read it, or bytes with another checksum."
      }
    },
    local.watches_drift ? {
      drift = {
        title    = "drift"
        for      = "0s"
        severity = "WARNING"
        query    = "${local.counted.drift_found} > 0"
        help     = "Read the output of the job's last execution: the table names the columns, and docs/operations.md (OnnxDrift) says what to do."
      }
      # What was found is logged before the job ends, and may be counted after it: so not at once.
      drift-check = {
        title    = "the check for drift failed"
        for      = "600s"
        severity = "WARNING"
        query    = "${local.counted.failed_checks} > 0 unless on (job_name) ${local.counted.drift_found} > 0"
        help     = "Read the output of the job's last execution: it ended with another exit code than 0 and 2, so that nobody knows whether there is drift. It says what it lacks: a right, the model, its baseline, memory."
      }
    } : {},
    var.uptime_check ? {
      down = {
        title    = "the service does not answer"
        for      = "60s"
        severity = "CRITICAL"
        query    = "avg by (check_id) (avg_over_time(monitoring_googleapis_com:uptime_check_check_passed{monitored_resource=\"uptime_url\", check_id=\"${google_monitoring_uptime_check_config.server[0].uptime_check_id}\"}[2m])) < 0.5"
        help     = "Look whether the last revision became ready, and send the traffic back to the one before."
      }
    } : {},
  )
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alert_rules

  project               = var.project_id
  display_name          = "${local.prefix}onnx-functions: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.for
      evaluation_interval = "60s"
      # The metrics of the log come into being with their first entry.
      disable_metric_validation = true
    }
  }

  documentation {
    content   = each.value.help
    mime_type = "text/markdown"
  }

  alert_strategy {
    auto_close = "86400s"
  }

  depends_on = [
    google_logging_metric.timing,
    google_logging_metric.cold_start,
    google_logging_metric.load_failures,
    google_logging_metric.failed_requests,
    google_logging_metric.answered_requests,
    google_logging_metric.drift_found,
    google_project_service.api,
  ]
}

# One dashboard: how the service does, where its time goes, what it predicts, what it costs.

locals {
  quantile = "histogram_quantile(%s, ${local.by_bucket} (rate(%s_bucket{${local.services}}[$${__interval}])))"

  # Two charts a row. `queries` maps each line's name to its query.
  charts = [
    {
      title = "Requests by status", unit = "1/s"
      queries = {
        "" = "sum by (service_name, response_code_class) (rate(run_googleapis_com:request_count{${local.services}}[$${__interval}]))"
      }
    },
    {
      title = "Errors, as a part of all requests", unit = "1"
      queries = {
        "" = "sum by (service_name) (rate(run_googleapis_com:request_count{${local.services}, response_code_class=\"5xx\", response_code!=\"501\"}[$${__interval}])) / sum by (service_name) (rate(run_googleapis_com:request_count{${local.services}}[$${__interval}]))"
      }
    },
    {
      title = "Latency", unit = "ms"
      queries = {
        for quantile in ["0.5", "0.95", "0.99"] : "p${quantile * 100}" =>
        format(local.quantile, quantile, "run_googleapis_com:request_latencies")
      }
    },
    {
      title = "Where the time of a request goes (p95)", unit = "ms"
      queries = {
        for step in keys(local.timings) : step =>
        "histogram_quantile(0.95, sum by (le) (rate(${local.user}_${step}_ms_bucket{${local.of_ours}}[$${__interval}])))"
      }
    },
    {
      title = "Cold starts", unit = "1/s"
      queries = {
        "" = "sum by (service_name) (rate(${local.user}_cold_start_ms_count{${local.of_ours}}[$${__interval}]))"
      }
    },
    {
      title = "Time of a cold start", unit = "ms"
      queries = {
        "p95 of the first request" = "histogram_quantile(0.95, sum by (le) (rate(${local.user}_cold_start_ms_bucket{${local.of_ours}}[$${__interval}])))"
        "p95 of the container"     = format(local.quantile, "0.95", "run_googleapis_com:container_startup_latencies")
      }
    },
    {
      title = "Predictions by class and version", unit = "1/s"
      queries = {
        "" = "sum by (model, version, class) (rate(${local.user}_predictions{${local.of_ours}}[$${__interval}]))"
      }
    },
    {
      title = "Models that could not be loaded", unit = "1"
      queries = {
        "" = "sum by (service_name) (increase(${local.user}_load_failures{${local.of_ours}}[$${__interval}]))"
      }
    },
    {
      title = "CPU of an instance (p95)", unit = "1"
      queries = {
        "" = format(local.quantile, "0.95", "run_googleapis_com:container_cpu_utilizations")
      }
    },
    {
      title = "Memory of an instance (p95)", unit = "1"
      queries = {
        "" = format(local.quantile, "0.95", "run_googleapis_com:container_memory_utilizations")
      }
    },
    {
      title = "Instances", unit = "1"
      queries = {
        "" = "sum by (service_name, state) (run_googleapis_com:container_instance_count{${local.services}})"
      }
    },
    {
      title = "Billable time", unit = "s/s"
      queries = {
        "" = "sum by (service_name) (rate(run_googleapis_com:container_billable_instance_time{${local.services}}[$${__interval}]))"
      }
    },
  ]
}

resource "google_monitoring_dashboard" "this" {
  project = var.project_id

  dashboard_json = jsonencode({
    displayName = "${local.prefix}ONNX functions"
    mosaicLayout = {
      columns = 48
      tiles = [
        for index, chart in local.charts : {
          xPos   = index % 2 * 24
          yPos   = floor(index / 2) * 16
          width  = 24
          height = 16
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [
                for name, query in chart.queries : merge(
                  {
                    plotType        = "LINE"
                    targetAxis      = "Y1"
                    timeSeriesQuery = { prometheusQuery = query, unitOverride = chart.unit }
                  },
                  name == "" ? {} : { legendTemplate = name },
                )
              ]
              yAxis = { label = chart.unit, scale = "LINEAR" }
            }
          }
        }
      ]
    }
  })

  depends_on = [google_project_service.api]
}

# Where it goes, and what it is called.

variable "project_id" {
  description = "The Google Cloud project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id: expected the id of a project (6 to 30 lower-case letters, digits and hyphens), got \"${var.project_id}\"."
  }
}

variable "region" {
  description = "Region of everything that has one; best that of the bucket of the models."
  type        = string
  default     = "us-central1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region: expected a region like europe-west1, got \"${var.region}\"."
  }
}

variable "name_prefix" {
  description = "Put before every name, so that one project can hold several of these: \"staging-\" gives staging-predict."
  type        = string
  default     = ""

  validation {
    # Account ids have 30 characters at most, and the longest suffix here is onnx-functions-trigger.
    condition     = can(regex("^([a-z][a-z0-9-]{0,6}-)?$", var.name_prefix))
    error_message = "name_prefix: expected at most 8 characters that begin with a letter and end with a hyphen, got \"${var.name_prefix}\"."
  }
}

variable "labels" {
  description = "Labels of every resource that takes some."
  type        = map(string)
  default     = {}
}

variable "enable_apis" {
  description = "Whether to switch on the APIs that this needs. They stay on when it is destroyed."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete models and the container service."
  type        = bool
  default     = true
}

# The models.

variable "models_bucket" {
  description = "Name of the bucket of the models, which is created."
  type        = string
  default     = null

  validation {
    condition     = var.models_bucket == null || can(regex("^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$", var.models_bucket))
    error_message = "models_bucket: expected the name of a bucket, without gs://, got \"${coalesce(var.models_bucket, "null")}\"."
  }
}

variable "models_location" {
  description = "Location of the buckets; the region unless set. For a multi-region US, EU or ASIA."
  type        = string
  default     = null

  validation {
    condition     = var.models_location == null || can(regex("^[A-Za-z]+(-[a-z]+[0-9]+)?[0-9]*$", var.models_location))
    error_message = "models_location: expected a location of Cloud Storage like europe-west1, EU or NAM4, got \"${coalesce(var.models_location, "null")}\"."
  }
}

variable "model_name" {
  description = "Which model to serve; the only one of the bucket unless set."
  type        = string
  default     = null
}

variable "model_version" {
  description = "Which version of it; the production version unless set."
  type        = string
  default     = null
}

# The functions.

variable "functions" {
  description = "Which HTTP functions to deploy."
  type        = set(string)
  default     = ["predict", "predict-batch", "model-info"]

  validation {
    condition     = length(setsubtract(var.functions, ["predict", "predict-batch", "model-info", "serve"])) == 0
    error_message = "functions: expected only predict, predict-batch, model-info and serve, got ${join(", ", var.functions)}."
  }
}

variable "source_archive" {
  description = "The zip archive that pack.sh makes. Needed for functions and score_files."
  type        = string
  default     = null

  validation {
    condition     = var.source_archive != null || (length(var.functions) == 0 && var.score_files == null)
    error_message = "source_archive: functions need the archive that deploy/terraform/pack.sh makes."
  }
}

variable "runtime" {
  description = "Node.js of the functions."
  type        = string
  default     = "nodejs24"

  validation {
    condition     = contains(["nodejs22", "nodejs24"], var.runtime)
    error_message = "runtime: expected nodejs22 or nodejs24, got \"${var.runtime}\"."
  }
}

variable "memory" {
  description = "Memory of an instance, in Mi or Gi. The model lives in it beside Node.js and ONNX Runtime."
  type        = string
  default     = "512Mi"

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.memory))
    error_message = "memory: expected a size like 512Mi or 2Gi, got \"${var.memory}\"."
  }
}

variable "cpu" {
  description = "CPUs of an instance."
  type        = number
  default     = 1

  validation {
    condition     = (var.cpu >= 0.08 && var.cpu < 1) || contains([1, 2, 4, 6, 8], var.cpu)
    error_message = "cpu: expected 0.08 to 1, 2, 4, 6 or 8, got ${var.cpu}."
  }
}

variable "concurrency" {
  description = "Requests at once in an instance. What waits together is run together."
  type        = number
  default     = 40

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && (var.concurrency == 1 || var.cpu >= 1)
    error_message = "concurrency: expected 1 to 1000, and 1 for less than one CPU, got ${var.concurrency} with ${var.cpu} CPUs."
  }
}

variable "min_instances" {
  description = "Instances that are kept warm, and paid for while idle. None scales to zero."
  type        = number
  default     = 0

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= var.max_instances
    error_message = "min_instances: expected 0 to max_instances (${var.max_instances}), got ${var.min_instances}."
  }
}

variable "max_instances" {
  description = "Most instances of each service: what bounds the bill."
  type        = number
  default     = 10

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 1000
    error_message = "max_instances: expected 1 to 1000, got ${var.max_instances}."
  }
}

variable "timeout_seconds" {
  description = "Longest a request may take."
  type        = number
  default     = 60

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 3600
    error_message = "timeout_seconds: expected 1 to 3600, got ${var.timeout_seconds}."
  }
}

variable "ingress" {
  description = "Where requests may come from: all, internal-only or internal-and-gclb."
  type        = string
  default     = "all"

  validation {
    condition     = contains(["all", "internal-only", "internal-and-gclb"], var.ingress)
    error_message = "ingress: expected all, internal-only or internal-and-gclb, got \"${var.ingress}\"."
  }
}

variable "environment" {
  description = "More environment variables of every service; README.md lists what there is."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex("^[A-Z][A-Z0-9_]*$", name))])
    error_message = "environment: expected names of capitals, digits and underscores, got ${join(", ", keys(var.environment))}."
  }

  validation {
    condition     = length(setintersection(keys(var.environment), ["MODEL_REGISTRY", "MODEL_NAME", "MODEL_VERSION", "GOOGLE_CLOUD_PROJECT", "NODE_COMPILE_CACHE", "PORT"])) == 0
    error_message = "environment: MODEL_REGISTRY, MODEL_NAME, MODEL_VERSION, GOOGLE_CLOUD_PROJECT, NODE_COMPILE_CACHE and PORT are set from other variables."
  }

  validation {
    # The API puts the members of an entry elsewhere (jsonPayload.metadata), and files it under another log.
    condition     = lookup(var.environment, "LOG_TRANSPORT", "stdout") != "cloud"
    error_message = "environment: LOG_TRANSPORT must be stdout here: Cloud Run collects standard output by itself, and the metrics, alerts, dashboard and drift check read what comes that way. With cloud most of them would see nothing."
  }

  validation {
    condition     = alltrue([for name in keys(var.environment) : !can(regex("^(K|FUNCTION|X_GOOGLE)_", name))])
    error_message = "environment: names that begin with K_, FUNCTION_ and X_GOOGLE_ are the platform's."
  }
}

variable "secrets" {
  description = <<-TEXT
    Secrets of the services, by id (after `name_prefix`); they are created empty. `version` is null until one was added
    (`gcloud secrets versions add PREFIX-ID --data-file=FILE`); from then on every service finds it in the environment variable
    `variable`, or in the file `file`.
  TEXT
  type = map(object({
    variable = optional(string)
    file     = optional(string)
    version  = optional(string)
  }))
  default = {}

  validation {
    # A volume is named by it, too.
    condition     = alltrue([for id in keys(var.secrets) : can(regex("^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$", id))])
    error_message = "secrets: expected ids of lower-case letters, digits and hyphens, got ${join(", ", keys(var.secrets))}."
  }

  validation {
    condition     = length(distinct([for secret in values(var.secrets) : dirname(secret.file) if secret.file != null])) == length([for secret in values(var.secrets) : secret if secret.file != null])
    error_message = "secrets: two files cannot be in one folder: each secret is mounted as a folder of its own."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : (secret.variable == null) != (secret.file == null)])
    error_message = "secrets: expected either variable or file."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : secret.file == null || can(regex("^/[^/]+/[^/]+$", secret.file))])
    error_message = "secrets: expected a file in a folder of its own, like /secrets/api-keys.json."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : secret.variable == null || secret.version != "latest"])
    error_message = "secrets: expected the number of a version: a variable is read once for each instance, so that with \"latest\" instances could differ. A file may be of the latest."
  }
}

# Who may call.

variable "invokers" {
  description = "Who may call the services, as in user:ada@example.com or serviceAccount:…; nobody unless set."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setintersection(var.invokers, ["allUsers", "allAuthenticatedUsers"])) == 0
    error_message = "invokers: to let everybody call, set public = true."
  }

  validation {
    condition = alltrue([
      for member in setsubtract(var.invokers, ["allUsers", "allAuthenticatedUsers"]) :
      can(regex("^(user|group|serviceAccount|domain|principal|principalSet):.+", member))
    ])
    error_message = "invokers: expected members like user:ada@example.com, group:… or serviceAccount:…, got ${join(", ", var.invokers)}."
  }
}

variable "public" {
  description = "Whether everybody may call. Anyone can then run up the bill, up to max_instances."
  type        = bool
  default     = false
}

variable "image_readers" {
  description = <<-TEXT
    Who may read the images from elsewhere: where production takes those of staging's registry, production's deployer and
    its Cloud Run, serviceAccount:service-NUMBER@serverless-robot-prod.iam.gserviceaccount.com.
  TEXT
  type        = set(string)
  default     = []
}

# Optional parts, each absent unless set.

variable "container" {
  description = "The container service, with every route. `image` is that of its first revision; later ones are the delivery's."
  type = object({
    image         = string
    cpu           = optional(number, 1)
    memory        = optional(string, "512Mi")
    concurrency   = optional(number, 80)
    min_instances = optional(number, 0)
    max_instances = optional(number, 10)
  })
  default = null

  validation {
    condition     = var.container == null || can(regex("[:@]", basename(var.container.image)))
    error_message = "container.image: expected an image with its tag or digest."
  }

  validation {
    condition = try(
      can(regex("^[1-9][0-9]*(Mi|Gi)$", var.container.memory)) &&
      ((var.container.cpu >= 0.08 && var.container.cpu < 1) || contains([1, 2, 4, 6, 8], var.container.cpu)),
      var.container == null,
    )
    error_message = "container: expected memory like 512Mi or 2Gi, and cpu of 0.08 to 1, 2, 4, 6 or 8."
  }

  validation {
    condition = try(
      var.container.concurrency >= 1 && var.container.concurrency <= 1000 && (var.container.concurrency == 1 || var.container.cpu >= 1),
      var.container == null,
    )
    error_message = "container.concurrency: expected 1 to 1000, and 1 for less than one CPU."
  }

  validation {
    condition = try(
      var.container.min_instances >= 0 && var.container.min_instances <= var.container.max_instances && var.container.max_instances >= 1 && var.container.max_instances <= 1000,
      var.container == null,
    )
    error_message = "container: expected min_instances of 0 to max_instances, and max_instances of 1 to 1000."
  }
}

variable "score_files" {
  description = "The function that scores each CSV or NDJSON file that comes to a bucket, and that bucket, which is created."
  type = object({
    bucket        = string
    input_prefix  = optional(string, "input/")
    output_prefix = optional(string, "predictions/")
    memory        = optional(string, "1Gi")
    max_instances = optional(number, 10)
  })
  default = null

  validation {
    condition = var.score_files == null || !(
      startswith(try(var.score_files.input_prefix, ""), try(var.score_files.output_prefix, "")) ||
      startswith(try(var.score_files.output_prefix, ""), try(var.score_files.input_prefix, ""))
    )
    error_message = "score_files: input_prefix and output_prefix must not overlap, or what is written would be scored."
  }

  validation {
    condition     = try(can(regex("^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$", var.score_files.bucket)), false) || var.score_files == null
    error_message = "score_files.bucket: expected the name of a bucket, without gs://."
  }

  validation {
    condition = try(
      can(regex("^[1-9][0-9]*(Mi|Gi)$", var.score_files.memory)) && var.score_files.max_instances >= 1 && var.score_files.max_instances <= 1000,
      var.score_files == null,
    )
    error_message = "score_files: expected memory like 1Gi, and max_instances of 1 to 1000."
  }
}

variable "bigquery" {
  description = <<-TEXT
    Makes the model a function of BigQuery's SQL. `features` are its columns, in the order of the manifest, with
    their SQL types; the dataset is there already. Needs predict-batch among the functions.
  TEXT
  type = object({
    dataset           = string
    location          = optional(string, "US")
    model             = string
    version           = string
    features          = list(object({ name = string, type = string }))
    max_batching_rows = optional(number, 1000)
  })
  default = null

  validation {
    condition     = var.bigquery == null || alltrue([for feature in try(var.bigquery.features, []) : contains(["FLOAT64", "INT64", "STRING", "BOOL"], feature.type)])
    error_message = "bigquery.features: expected types FLOAT64, INT64, STRING or BOOL."
  }

  validation {
    condition     = var.bigquery == null || contains(var.functions, "predict-batch")
    error_message = "bigquery: needs predict-batch among functions."
  }

  validation {
    condition = try(
      can(regex("^[A-Za-z0-9_]+$", var.bigquery.dataset)) && length(var.bigquery.features) > 0 && var.bigquery.max_batching_rows >= 1,
      var.bigquery == null,
    )
    error_message = "bigquery: expected the id of a dataset (letters, digits, underscores), at least one feature, and max_batching_rows of 1 or more."
  }
}

variable "drift" {
  description = <<-TEXT
    Compares what a model was asked with what it was trained on, by a job on a schedule: `onnx-functions drift MODEL`
    with `arguments`, such as its window and thresholds. `model` is a name, or name/version. Prediction logs go to a
    bucket, which is created, and stay for `log_days`. They come there by the hour and up to three hours late, so that
    the window ends three hours ago: what came too late for one run is in the next one's. Drift raises one alert, and a
    check that failed another.
  TEXT
  type = object({
    image      = string
    model      = string
    arguments  = optional(list(string), ["--since", "27h", "--until", "3h"])
    schedule   = optional(string, "0 6 * * *")
    time_zone  = optional(string, "Etc/UTC")
    log_bucket = string
    log_days   = optional(number, 30)
  })
  default = null

  validation {
    condition     = var.drift == null || try(length(split(" ", var.drift.schedule)), 0) == 5
    error_message = "drift.schedule: expected five fields as of cron."
  }

  validation {
    condition     = try(can(regex("^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$", var.drift.log_bucket)), false) || var.drift == null
    error_message = "drift.log_bucket: expected the name of a bucket, without gs://."
  }

  validation {
    condition     = try(can(regex("[:@]", basename(var.drift.image))), false) || var.drift == null
    error_message = "drift.image: expected an image with its tag or digest."
  }

  validation {
    condition     = try(can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*(/[^/ ]+)?$", var.drift.model)), false) || var.drift == null
    error_message = "drift.model: expected a name, or name/version."
  }

  validation {
    condition     = try(length(setintersection(var.drift.arguments, ["--json", "--help"])) == 0, var.drift == null)
    error_message = "drift.arguments: the alert reads the text that the job prints, so that it cannot be --json or --help."
  }

  validation {
    condition     = try(var.drift.log_days >= 2, var.drift == null)
    error_message = "drift.log_days: expected 2 or more: the window begins 27 hours ago."
  }
}

variable "github" {
  description = <<-TEXT
    The GitHub repository that may deploy, without a key: by workload identity federation, from its `ref` only. Where the
    service asks for API keys, `api_key_secret` is the id of the secret, which exists already, with the key that the smoke
    test sends.
  TEXT
  type = object({
    repository     = string
    ref            = optional(string, "refs/heads/main")
    api_key_secret = optional(string)
  })
  default = null

  validation {
    condition     = var.github == null || can(regex("^[\\w.-]+/[\\w.-]+$", var.github.repository))
    error_message = "github.repository: expected owner/name."
  }

  validation {
    condition     = try(startswith(var.github.ref, "refs/"), var.github == null)
    error_message = "github.ref: expected a whole ref, like refs/heads/main."
  }
}

variable "budget" {
  description = "A budget of the project that tells the billing administrators at 50, 90 and 100 percent. It stops nothing; max_instances does."
  type = object({
    billing_account = string
    monthly_amount  = number
    currency        = optional(string, "USD")
  })
  default = null

  validation {
    condition     = try(can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account)), false) || var.budget == null
    error_message = "budget.billing_account: expected an id like 01AB23-CD45EF-678901."
  }

  validation {
    condition     = try(var.budget.monthly_amount >= 1, var.budget == null)
    error_message = "budget.monthly_amount: expected 1 or more, in whole units of its currency."
  }
}

# Watching.

variable "alert_emails" {
  description = "Who is told of alerts."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "alert_emails: expected e-mail addresses, got ${join(", ", var.alert_emails)}."
  }
}

variable "notification_channels" {
  description = "Ids of notification channels that are there already, besides those of alert_emails."
  type        = list(string)
  default     = []
}

variable "alerts" {
  description = "When to alert. Ratios are parts of 1."
  type = object({
    p95_ms           = optional(number, 500)
    error_ratio      = optional(number, 0.05)
    cpu_ratio        = optional(number, 0.8)
    memory_ratio     = optional(number, 0.85)
    cold_start_ratio = optional(number, 0.1)
  })
  default = {}

  validation {
    condition = alltrue([
      for ratio in [var.alerts.error_ratio, var.alerts.cpu_ratio, var.alerts.memory_ratio, var.alerts.cold_start_ratio] :
      ratio > 0 && ratio < 1
    ])
    error_message = "alerts: expected ratios between 0 and 1."
  }

  validation {
    condition     = var.alerts.p95_ms > 0
    error_message = "alerts.p95_ms: expected milliseconds above 0, got ${var.alerts.p95_ms}."
  }
}

variable "uptime_check" {
  description = "Whether to ask the container service each minute, from three regions, if it lives. That keeps an instance up."
  type        = bool
  default     = false

  validation {
    condition     = !var.uptime_check || var.container != null
    error_message = "uptime_check: needs container."
  }

  validation {
    condition     = !var.uptime_check || var.ingress == "all"
    error_message = "uptime_check: comes from outside, so that it needs ingress = \"all\"."
  }
}

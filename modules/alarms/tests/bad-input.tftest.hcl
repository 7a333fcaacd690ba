# Every wrong input fails at plan. One run per validation; its name says what is refused.

mock_provider "aws" {}

variables {
  name_prefix = "mirror"
  own_metrics = { namespace = "TrafficMirror", dimensions = { controller = "mirror" } }
  alarms      = {}
}

run "a_prefix_in_capitals" {
  command = plan

  variables {
    name_prefix = "Mirror"
  }

  expect_failures = [var.name_prefix]
}

run "own_metrics_without_dimensions" {
  command = plan

  variables {
    own_metrics = { namespace = "TrafficMirror", dimensions = {} }
  }

  expect_failures = [var.own_metrics]
}

run "a_key_with_a_blank" {
  command = plan

  variables {
    alarms = { "not run" = { problem = "None.", metric = "Runs", threshold = 1, missing = "breaching" } }
  }

  expect_failures = [var.alarms]
}

run "neither_metric_nor_expression" {
  command = plan

  variables {
    alarms = { silent = { problem = "None.", threshold = 1, missing = "breaching" } }
  }

  expect_failures = [var.alarms]
}

run "metric_and_expression" {
  command = plan

  variables {
    alarms = { both = { problem = "None.", metric = "Runs", expression = "a + b", threshold = 1, missing = "breaching" } }
  }

  expect_failures = [var.alarms]
}

run "an_unknown_word_for_missing_data" {
  command = plan

  variables {
    alarms = { typo = { problem = "None.", metric = "Runs", threshold = 1, missing = "notbreaching" } }
  }

  expect_failures = [var.alarms]
}

run "more_datapoints_than_periods" {
  command = plan

  variables {
    alarms = { many = { problem = "None.", metric = "Runs", threshold = 1, periods = 2, datapoints = 3, missing = "breaching" } }
  }

  expect_failures = [var.alarms]
}

run "a_runbook_without_tls" {
  command = plan

  variables {
    runbook_url = "http://wiki.example/runbook"
  }

  expect_failures = [var.runbook_url]
}

run "a_runbook_with_a_fragment" {
  command = plan

  variables {
    runbook_url = "https://wiki.example/runbook#quota"
  }

  expect_failures = [var.runbook_url]
}

mock_provider "aws" {
  source = "./tests/mocks"
}

run "a_hub_and_its_client_can_be_made_in_one_apply" {
  module {
    source = "./tests/same-apply"
  }

  # The queue is there for the hub's bus alone.
  assert {
    condition     = keys(output.queue_arns) == ["events", "events_dlq", "hub_dlq", "requests", "requests_dlq"]
    error_message = "The hub must hear of the client."
  }
}

# What a plan takes and cannot work: each run fails today.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_data {
  target = data.aws_subnet.this["one"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.1.0/24"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
  }
}

override_data {
  target = data.aws_subnet.this["two"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.2.0/24"
    availability_zone    = "eu-west-1b"
    availability_zone_id = "euw1-az2"
  }
}

variables {
  name   = "capture"
  vpc_id = "vpc-0123456789abcdef0"
  subnets = {
    one = "subnet-00000000000000001"
    two = "subnet-00000000000000002"
  }
}

run "queues_that_overlap_are_refused" {
  command = plan

  variables {
    notifications = {
      queues = {
        all  = { queue_arn = "arn:aws:sqs:eu-west-1:111111111111:all" }
        logs = { queue_arn = "arn:aws:sqs:eu-west-1:111111111111:logs", prefix = "captures/", suffix = ".json.gz" }
      }
    }
  }

  expect_failures = [var.notifications]
}

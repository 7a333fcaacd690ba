mock_data "aws_caller_identity" {
  defaults = { account_id = "111122223333" }
}

mock_data "aws_region" {
  defaults = {
    id   = "eu-west-1"
    name = "eu-west-1"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition  = "aws"
    dns_suffix = "amazonaws.com"
  }
}

mock_data "aws_iam_policy_document" {
  defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
}

mock_resource "aws_lambda_function" {
  defaults = { arn = "arn:aws:lambda:eu-west-1:111122223333:function:mirror" }
}

mock_resource "aws_lambda_invocation" {
  defaults = { result = "{\"mode\":\"enforce\",\"created\":3,\"remaining\":0,\"complete\":true}" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::111122223333:role/mirror" }
}

mock_resource "aws_iam_policy" {
  defaults = { arn = "arn:aws:iam::111122223333:policy/mirror" }
}

mock_resource "aws_sqs_queue" {
  defaults = { arn = "arn:aws:sqs:eu-west-1:111122223333:mirror-events" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/mirror" }
}

mock_data "aws_subnet" {
  defaults = {
    vpc_id               = "vpc-0123456789abcdef0"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
    cidr_block           = "10.0.0.0/24"
  }
}

mock_resource "aws_ec2_traffic_mirror_target" {
  defaults = { id = "tmt-0123456789abcdef0" }
}

mock_resource "aws_ec2_traffic_mirror_filter" {
  defaults = { id = "tmf-0123456789abcdef0" }
}

mock_resource "aws_vpc_endpoint_service" {
  defaults = { service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0" }
}

mock_resource "aws_lb" {
  defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/gwy/mirror/0123456789abcdef" }
}

mock_resource "aws_lb_target_group" {
  defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/mirror/0123456789abcdef" }
}

mock_resource "aws_cloudwatch_event_bus" {
  defaults = { arn = "arn:aws:events:eu-west-1:111122223333:event-bus/mirror" }
}

mock_resource "aws_s3_bucket" {
  defaults = { arn = "arn:aws:s3:::mirror-capture" }
}

mock_resource "aws_iam_instance_profile" {
  defaults = { arn = "arn:aws:iam::111122223333:instance-profile/mirror" }
}

mock_resource "aws_launch_template" {
  defaults = { id = "lt-0123456789abcdef0" }
}

mock_data "aws_vpcs" {
  defaults = {
    ids = ["vpc-0123456789abcdef0"]
  }
}

mock_data "aws_subnets" {
  defaults = {
    ids = [
      "subnet-0123456789abcdef0",
      "subnet-0123456789abcdef1",
      "subnet-0fedcba9876543210",
    ]
  }
}

mock_data "aws_vpc" {
  defaults = { cidr_block = "10.0.0.0/16" }
}

mock_resource "aws_autoscaling_policy" {
  defaults = {
    arn = "arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:00000000:autoScalingGroupName/mirror-node:policyName/drops"
  }
}

mock_resource "aws_cloudwatch_metric_alarm" {
  defaults = { arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:mirror" }
}

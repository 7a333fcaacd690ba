output "account_id" {
  description = "Account in which this is applied."
  value       = local.known.account_id
}

output "region" {
  description = "Region in which this is applied."
  value       = local.known.region
}

output "partition" {
  description = "Partition of the region: aws, aws-cn, aws-us-gov or another one."
  value       = local.known.partition
}

output "dns_suffix" {
  description = "Domain of the partition's regional service endpoints, which `kms:ViaService` names as well: amazonaws.com in most."
  value       = local.known.dns_suffix
}

output "arns" {
  description = "Service → beginning of the ARNs of this account and region, without the colon that follows; IAM has no region."
  value = merge(
    {
      for service in ["athena", "autoscaling", "dynamodb", "ec2", "events", "glue", "lambda", "sqs", "ssm"] :
      service => "arn:${local.known.partition}:${service}:${local.known.region}:${local.known.account_id}"
    },
    { iam = "arn:${local.known.partition}:iam::${local.known.account_id}" },
  )
}

output "service_principals" {
  description = "Service → its principal in policies."
  # One name in every partition (the provider's data source aws_service_principal), with one exception: EC2's in China has
  # the domain of China. EventBridge's has not, and events.amazonaws.com.cn is refused there.
  value = {
    ec2    = local.known.partition == "aws-cn" ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com"
    events = "events.amazonaws.com"
    lambda = "lambda.amazonaws.com"
  }
}

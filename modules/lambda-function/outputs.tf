output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "ARN of the function, without a version."
  value       = aws_lambda_function.this.arn
}

output "role_name" {
  description = "Name of the execution role, to attach more policies to."
  # Not its name, which a plan knows even where the role is replaced: what is attached must then go before the role does.
  value = aws_iam_role.this.id
}

output "source_code_hash" {
  description = <<-EOT
    Digest of the code as Terraform sees it (base64 of SHA-256). Changes with each release that changes the function.
  EOT
  value       = aws_lambda_function.this.source_code_hash
}

output "package" {
  description = "Where Lambda gets the code: `s3://<bucket>/<key>`, or null for the zip in this repository."
  value       = var.lambda_package == null ? null : "s3://${aws_lambda_function.this.s3_bucket}/${aws_lambda_function.this.s3_key}"
}

output "subnet_ids" {
  description = "Subnets of the function, none in no VPC."
  value       = toset(flatten(aws_lambda_function.this.vpc_config[*].subnet_ids))
}

output "log_retention_days" {
  description = "Days that its log is kept."
  value       = aws_cloudwatch_log_group.this.retention_in_days
}

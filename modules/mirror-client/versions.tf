terraform {
  required_version = ">= 1.9"

  required_providers {
    # Only the modules use it; declared here, a caller's tests can mock it.
    # tflint-ignore: terraform_unused_required_providers
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

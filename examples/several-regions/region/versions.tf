terraform {
  required_version = ">= 1.9"

  required_providers {
    # Handed on to the modules.
    # tflint-ignore: terraform_unused_required_providers
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

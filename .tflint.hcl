# Only the rules that are built into tflint: a plugin would be one more download.
config {
  format           = "compact"
  call_module_type = "local"
}

plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Files per concern (iam.tf, queue.tf, …) and variables-<subject>.tf are the layout here; see CONTRIBUTING.md.
rule "terraform_standard_module_structure" {
  enabled = false
}

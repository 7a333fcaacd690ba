/** Modules and a composition of them in a folder of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Composition } from "../../../../scripts/lib/pass-through/compositions.js";

export const root = mkdtempSync(join(tmpdir(), "pass-through-"));

export const add = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

export const plant = (files: Readonly<Record<string, string>>): void => {
  rmSync(root, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) add(path, text);
};

export const fleet = `variable "name" {
  description = "Name."
  type        = string
}

variable "min_size" {
  description = <<-EOT
    Smallest number, at most \`max_size\`:
    - one } brace
  EOT
  type        = number
  default     = 2
  nullable    = false

  # Nobody wants none.
  validation {
    condition     = var.min_size > 0
    error_message = "min_size must be more than 0."
  }
}

variable "max_size" {
  description = "Largest number, at least \`min_size\`."
  type        = number
  default     = 4
}

variable "fleet" {
  description = "\`max_size\` of a zone, \`min_size\` of all, \`clients\`."
  type = object({
    max_size = optional(number, 1) # in words
  })
  default   = {}
  sensitive = true
}

variable "clients" {
  description = "Clients."
  type        = map(string)
}

variable "elsewhere" {
  description = "Not here."
  type        = string
  default     = null
}
`;

export const planted: Readonly<Record<string, string>> = {
  "modules/fleet/variables.tf": fleet,
  "modules/fleet/outputs.tf": `output "size" {
  description = "Between \`min_size\` and \`max_size\`."
  value = {
    size = var.min_size
  }
  sensitive = true
}

output "fleet_id" {
  description = <<-EOT
    Id.
  EOT
  value = "x"
}
`,
  "modules/client/variables.tf": `variable "name" {
  description = "Name of the client."
  type        = string
}

variable "exclude" {
  description = "What is left out."
  type        = list(string)
  default     = []
}
`,
  "modules/client/outputs.tf": `output "size" {
  description = "Sessions."
  value       = 1
}
`,
  "all/main.tf": `module "fleet" {
  source = "../modules/fleet"

  clients = { self = "1" }
}

module "client" {
  source = "../modules/client"

  exclude = concat(var.exclude, ["fleet"])
}
`,
};

export const composition: Composition = {
  folder: "all",
  shared: ["name"],
  parts: [
    { call: "fleet", folder: "modules/fleet", prefix: "fleet_", omitted: ["elsewhere"] },
    { call: "client", folder: "modules/client", prefix: "", extended: ["exclude"] },
  ],
};

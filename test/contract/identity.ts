/** Names that hang on where a module is applied: modules/identity says why that matters. */
import type { Block, Configuration } from "./hcl.js";

/** Arguments that a resource cannot change: another value is another resource. */
const FIXED = ["name", "bucket", "dashboard_name", "source_arn"];

const entries = (value: unknown): [string, Block][] => Object.entries((value ?? {}) as Record<string, Block>);
const listed = (value: unknown): Block[] => (Array.isArray(value) ? value : [value]) as Block[];

/** Names of the locals whose value hangs on the identity, by way of other locals as well. */
const localsOf = ({ files }: Configuration): ReadonlySet<string> => {
  const texts = [...files.values()].flatMap(({ locals }) =>
    listed(locals ?? []).flatMap((block) => Object.entries(block)),
  );
  const found = new Set<string>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const [name, value] of texts) if (dependsOn(JSON.stringify(value), found)) found.add(name);
  }
  return found;
};

const dependsOn = (text: string, locals: ReadonlySet<string>): boolean =>
  /\b(module|var)\.identity\b/.test(text) ||
  [...text.matchAll(/\blocal\.([a-z_0-9]+)/g)].some(([, name = ""]) => locals.has(name));

/** "aws_iam_role.this: name", for each that a deferred data source would replace. */
export const unkept = (configuration: Configuration): string[] => {
  const locals = localsOf(configuration);
  return [...configuration.files.values()].flatMap(({ resource }) =>
    entries(resource).flatMap(([type, byName]) =>
      entries(byName).flatMap(([name, blocks]) =>
        listed(blocks).flatMap((block) => {
          const kept = JSON.stringify(listed(block["lifecycle"] ?? []).map((each) => each["ignore_changes"]));
          const renewed = JSON.stringify(listed(block["lifecycle"] ?? [])).includes("terraform_data.name");
          return FIXED.filter((argument) => dependsOn(JSON.stringify(block[argument] ?? ""), locals))
            .filter((argument) => !renewed || !kept.includes(argument))
            .map((argument) => `${type}.${name}: ${argument}`);
        }),
      ),
    ),
  );
};

/** Data sources that say where the provider works; `depends_on` of the module's caller defers them. */
export const placeSources = ({ files }: Configuration): string[] =>
  [...files.values()].flatMap(({ data }) =>
    entries(data)
      .map(([type]) => type)
      .filter((type) => /^aws_(caller_identity|partition|region)$/.test(type)),
  );

/** Data sources with a condition, which Terraform reads at apply as soon as anything changes that they hang on. */
export const conditioned = ({ files }: Configuration): string[] =>
  [...files.values()].flatMap(({ data }) =>
    entries(data).flatMap(([type, byName]) =>
      entries(byName)
        .filter(([, blocks]) => /"(pre|post)condition":/.test(JSON.stringify(blocks)))
        .map(([name]) => `data.${type}.${name}`),
    ),
  );

/** ARNs and service principals of one partition alone. */
export const ofOnePartition = ({ files }: Configuration): string[] =>
  [...files.values()].flatMap((file) => {
    const { variable: _variable, output: _output, ...effects } = file;
    return (
      JSON.stringify(effects).match(
        /arn:aws[a-z-]*:[^"]*|"[a-z0-9]+[.](amazonaws[.]com|\$\{[^}]*dns_suffix\})"/g,
      ) ?? []
    );
  });

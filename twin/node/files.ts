/** A node's files, as cloud-init and bootstrap lay them down: user data, then what the manifest names in the code bucket. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";

interface Piece {
  readonly key: string;
  readonly version: string;
  readonly sha256: string;
}

interface Manifest {
  readonly code_endpoint: string;
  readonly files: Piece;
  readonly agent: Piece;
}

interface NodeFile {
  readonly mode: string;
  readonly content: string;
}

const LIBRARY = "/usr/local/lib/traffic-mirror";

/** `write_files` of the cloud-config, whose contents are JSON strings on a line each (modules/capture-fleet/node/cloud-init.yaml.tftpl). */
const writtenFiles = (userData: string): Map<string, NodeFile> => {
  const text = gunzipSync(Buffer.from(userData, "base64")).toString();
  const entries = text.matchAll(/- path: (\S+)\n\s+permissions: "(\d+)"\n\s+content: (".*")\n/g);
  return new Map(
    [...entries].map(([, path = "", mode = "", content = ""]) => [
      path,
      { mode, content: JSON.parse(content) as string },
    ]),
  );
};

const fetchPiece = async (s3: S3Client, manifest: Manifest, piece: Piece): Promise<Buffer> => {
  const [Bucket] = new URL(manifest.code_endpoint).hostname.split(".s3.");
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key: piece.key, VersionId: piece.version }));
  const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  const found = createHash("sha256").update(body).digest("hex");
  if (found !== piece.sha256) throw new Error(`${piece.key} has the digest ${found}, not ${piece.sha256}`);
  return body;
};

/** Settings of the agent that no module renders, by their names in node.json. */
export type Settings = Readonly<Record<string, unknown>>;

const merged = (before: Settings, more: Settings): Settings => {
  const result: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(more)) {
    const old = result[name];
    result[name] =
      typeof value === "object" && value !== null && typeof old === "object" && old !== null
        ? merged(old as Settings, value as Settings)
        : value;
  }
  return result;
};

/** Writes them below `folder`. `settings`: what is different from node.json as Terraform renders it. */
export const layDown = async (
  s3: S3Client,
  userData: string,
  folder: string,
  settings: Settings,
): Promise<void> => {
  const files = writtenFiles(userData);
  const read = (path: string): string => {
    const file = files.get(path);
    if (file === undefined) throw new Error(`the launch template's user data has no ${path}`);
    return file.content;
  };
  const manifest = JSON.parse(read("/etc/traffic-mirror/manifest.json")) as Manifest;
  const config = JSON.parse(read("/etc/traffic-mirror/node.json")) as Settings;
  const put = (path: string, content: string | Buffer, mode: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: parseInt(mode, 8) });
  };
  for (const [path, { mode, content }] of files) put(path, content, mode);
  put("/etc/traffic-mirror/node.json", JSON.stringify(merged(config, settings)), "0644");
  const programs = JSON.parse((await fetchPiece(s3, manifest, manifest.files)).toString()) as Record<
    string,
    NodeFile
  >;
  for (const [path, { mode, content }] of Object.entries(programs)) {
    put(path, Buffer.from(content, "base64"), mode);
  }
  put(`${LIBRARY}/agent.mjs`, await fetchPiece(s3, manifest, manifest.agent), "0644");
};

/** Outputs of root/, as the cases and probes read them. */
export interface Outputs {
  readonly image: string;
  readonly source_vpc_id: string;
  readonly source_subnets: Readonly<Record<string, string>>;
  /** Another one of the first zone. */
  readonly second_subnet: string;
  readonly capture_vpc_id: string;
  readonly security_group_id: string;
  readonly zone_ids: readonly string[];
  readonly groups: { readonly held: string; readonly abandoned: string };
  readonly abandoned_hook: string;
  readonly application_load_balancer: string;
  readonly seen_queue_url: string;
  readonly service: { readonly id: string; readonly name: string };
  readonly capture: { readonly bucket: string; readonly group: string };
  readonly vpcs: {
    readonly client: {
      readonly filter_id: string;
      readonly vni: number;
      readonly targets: Readonly<Record<string, { readonly target_id: string }>>;
    };
  };
  readonly function_names: { readonly reconcile: string; readonly sweep: string };
  readonly event_bus_arn: string;
  readonly queue_arns: { readonly events: string };
}

import type { ClusterResourcesResult, KernelRequest } from "../protocol.js";

/** Site is a cluster that was named. */
export interface Site {
  /** cluster is what a request names it by. */
  readonly cluster: string;
  /** title is its name for people. */
  readonly title: string;
  /** user is the user's name there, where the profile or the person's USER@HOST says it. */
  readonly user?: string;
  /** sshHost is true for a host of the ssh configuration, which may know the user's name. */
  readonly sshHost: boolean;
  /** profile is true for a cluster that has one. */
  readonly profile: boolean;
  /** request is what its profile asks for. */
  readonly request: KernelRequest;
}

/** Plan is what to start and where. */
export interface Plan {
  readonly target: StartTarget;
  /** picked is what the person picked, over their settings. */
  readonly picked: KernelRequest;
}

/** Charge is where jobs go and what pays for them, as far as the person chose it. */
export type Charge = Pick<KernelRequest, "account" | "partition">;

/** StartTarget is a cluster, who the user is there, and what they may use. */
export interface StartTarget {
  readonly site: Site;
  /** user is the user's name; empty: as ssh finds it. */
  readonly user: string;
  readonly resources: ClusterResourcesResult;
  /** charge is what was chosen of accounts and partitions. */
  readonly charge: Charge;
}

/** ClusterUser is a user of a cluster. */
export type ClusterUser = Pick<StartTarget, "site" | "user">;

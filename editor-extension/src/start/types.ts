import type { ClusterResourcesResult, Environment, KernelRequest } from "../protocol.js";

/** Site is a cluster. */
export interface Site {
  /** cluster is its name in requests. */
  readonly cluster: string;
  /** title is its name for users. */
  readonly title: string;
  /** user is the user's name there, if the profile or USER@HOST has it. */
  readonly user?: string;
  /** sshHost is true for a host of the ssh configuration, which may know the user's name. */
  readonly sshHost: boolean;
  /** profile is true for a cluster that has one. */
  readonly profile: boolean;
  /** request is its profile's request. */
  readonly request: KernelRequest;
}

/** Plan is what to start and where. */
export interface Plan {
  readonly target: StartTarget;
  /** picked is what the user picked; it overrides the settings. */
  readonly picked: KernelRequest;
}

/** Charge is the partition and the account, as far as the user chose them. */
export type Charge = Pick<KernelRequest, "account" | "partition">;

/** StartTarget is a cluster, the user there, and what they may use. */
export interface StartTarget {
  readonly site: Site;
  /** user is the user's name; empty: as ssh finds it. */
  readonly user: string;
  readonly resources: ClusterResourcesResult;
  /** charge is the chosen account and partition. */
  readonly charge: Charge;
  /** environment is the one that was chosen for this folder; it overrides the settings. */
  readonly environment?: ChosenEnvironment;
}

/** ChosenEnvironment is an environment on a cluster that the user chose. */
export interface ChosenEnvironment {
  /** label is its name for the user. */
  readonly label: string;
  readonly environment: Environment;
}

/** ClusterUser is a user of a cluster. */
export type ClusterUser = Pick<StartTarget, "site" | "user">;

// Code generated from the Go types in protocol/ by go generate ./protocol. DO NOT EDIT.

/** protocolVersion is the version of the protocol that these types describe. */
export const protocolVersion = 2;

/** CheckOutcome is how a step of a check ended. */
export type CheckOutcome =
  /** As it should be. */
  | "ok"
  /** It works, but look at it. */
  | "warning"
  /** Kernels cannot be started because of this. */
  | "failed"
  /** Not tried, because a step before it failed. */
  | "skipped";

/** EstimateOutcome is when a request would start. */
export type EstimateOutcome =
  /** Within a minute. */
  | "now"
  /** At startsAt. */
  | "later"
  /** Slurm would refuse it. */
  | "never"
  /** Slurm would accept it and has no estimate. */
  | "unknown";

/** EstimateChange is what a request to compare has different. */
export type EstimateChange =
  /** It is the request itself. */
  | "none"
  /** Fewer CPUs. */
  | "fewer-cpus"
  /** A shorter time limit. */
  | "shorter-time"
  /** Another partition. */
  | "partition"
  /** Another QOS. */
  | "qos";

/** EnvironmentKind is what kind of environment it is. */
export type EnvironmentKind =
  /** Of conda, mamba, micromamba or pixi. */
  | "conda"
  /** A Python virtual environment, of whatever program. */
  | "venv"
  /** A Python that pyenv or uv installed. */
  | "python"
  /** A module of the site. */
  | "module"
  /** A container image, a file or a folder. */
  | "container"
  /** One that the site offers by a name of its own. */
  | "site"
  /**
   * A kernel of any language that the user installed. Notebooks can
   * use it in any environment; it cannot be chosen as one.
   */
  | "kernelspec";

/** Presence is whether something is in an environment. */
export type Presence =
  /** It is there. */
  | "yes"
  /** It is not there. */
  | "no"
  /** It cannot be seen from files. */
  | "unknown";

/** EnvironmentAction is what to do with an environment. */
export type EnvironmentAction =
  /** Make one with a Jupyter server and ipykernel, by python3 -m venv and pip. */
  | "create"
  /** Install ipykernel in one that exists, by its pip. */
  | "install"
  /** Remove one that was made by "create". */
  | "remove";

/** ChoiceKind is what a client can do after a problem. */
export type ChoiceKind =
  /** Start a kernel in another environment. */
  | "environment"
  /** Send environment/change, and start a kernel in that environment. */
  | "change";

/** FileType is what a path on the cluster leads to. */
export type FileType =
  /** A regular file. */
  | "file"
  /** A folder. */
  | "directory"
  /** A device, pipe or socket, or a link that leads nowhere. */
  | "other";

/** ReleaseOutcome is how a release ended. */
export type ReleaseOutcome =
  /** Slurm accepted the end of the job. */
  | "released"
  /** And the job has left its node. */
  | "node-free"
  /** There was no job (yet, or any more). */
  | "no-job"
  /**
   * Another owner has the session, or may take it over within the
   * reload grace.
   */
  | "handed-over"
  /** Slurm did not confirm it; the job stops by itself within graceSeconds. */
  | "unconfirmed";

/** LogLevel is the severity of a log line. */
export type LogLevel =
  /** Something failed. */
  | "error"
  /** Something is unexpected, but work continues. */
  | "warning"
  /** A step that a user may want to see. */
  | "info"
  /** Details for debugging. */
  | "debug";

/** ProgressKind is the kind of a progress notification. */
export type ProgressKind =
  /** Sent once, first. */
  | "begin"
  /** A new stage, or a change within it. */
  | "report"
  /** Sent once, last, also if the request failed. */
  | "end";

/** ProjectReason is why a file is not copied. */
export type ProjectReason =
  /** Its name is that of a file with passwords or keys. */
  | "secret"
  /** It is larger than a file may be. */
  | "too-large"
  /** It is a symbolic link that leads out of the folder. */
  | "link"
  /** It is a device, pipe or socket, or a repository of its own. */
  | "special"
  /** It cannot be read. */
  | "unreadable";

/** PromptPurpose is the purpose of a prompt. */
export type PromptPurpose =
  /** A key file's passphrase. */
  | "passphrase"
  /** The password on the cluster. */
  | "password"
  /** A one-time code, or any other question of the host. */
  | "code"
  /** Whether to trust an unknown host's key. */
  | "host-key"
  /** Whether to reconnect to a cluster that needs the user to sign in. */
  | "reconnect"
  /**
   * Whether to start a kernel, although it would probably fail. A client that cannot ask
   * its user accepts.
   */
  | "start"
  /** Whether to create a key, if the user has none. */
  | "new-key";

/**
 * SessionState is the state of a session:
 * connecting → submitting → pending → starting → ready ⇄ disconnected → ending → ended.
 */
export type SessionState =
  /** The login node is being reached. */
  | "connecting"
  /** The job is being handed to Slurm. */
  | "submitting"
  /** The job waits in the queue. */
  | "pending"
  /** The job runs and Jupyter is starting in it. */
  | "starting"
  /** Cells can run. */
  | "ready"
  /** The connection is lost, and is being restored; the kernel keeps running. */
  | "disconnected"
  /** The job is being cancelled. */
  | "ending"
  /** It has ended; cause has the reason. */
  | "ended";

/** ShellSignalName is the name of a signal, without SIG. */
export type ShellSignalName =
  /** SignalInterrupt asks a command to stop, as Ctrl+C does. */
  | "INT"
  /** SignalTerminate asks a command to end. */
  | "TERM"
  /** SignalHangUp says that the user has left. */
  | "HUP"
  /** SignalKill ends a command at once. */
  | "KILL";

/** ClusterListParams has no members yet. */
export type ClusterListParams = Record<string, never>;

/** ClusterListResult is what can be named as a cluster. */
export interface ClusterListResult {
  /**
   * `clusters` are the profiles: the built-in one, those of the user's
   * configuration file, and those of the editor.
   */
  clusters: Cluster[];
  /** `default` is the name of the profile that is meant when none is named. */
  default: string;
  /** `sshHosts` are the hosts of the user's ssh configuration, which can be named too. */
  sshHosts: string[];
  /**
   * `problems` are the mistakes in the configuration file, in the environment's
   * variables and in the editor's profiles. The profiles without one can be used.
   */
  problems: Problem[];
}

/**
 * ClusterProfile is a profile of the editor's settings. If the configuration file or a
 * built-in profile has the same name, it overrides only the values that it has itself.
 * Environment variables override it.
 */
export interface ClusterProfile {
  /** `name` is the name in requests. */
  name: string;
  /** `title` is its display name. Default: the name. */
  title?: string;
  /**
   * `host` is the login node, a name of the ssh configuration or of the DNS.
   * Default: the host with the profile's name.
   */
  host?: string;
  /** `user` is the user's name there. Default: as ssh finds it. */
  user?: string;
  /** `sshConfig` is the ssh configuration file to use instead of ssh's own. */
  sshConfig?: string;
  /**
   * `ssh` is what connects: "own" (the default), "system" for the installed ssh
   * program, or the path of a program that is used like it.
   */
  ssh?: string;
  /** `keysOnly` is true if the cluster accepts SSH keys only: no password is asked for. */
  keysOnly?: boolean;
  /**
   * `shareLogin` is false if each window and command logs in separately, instead of
   * sharing one login. Default: true.
   */
  shareLogin?: boolean;
  /**
   * `route` is the only route into a job to try: "ssh" (to its node) or "srun" (an SSH
   * server in a job step). Default: whichever works.
   */
  route?: string;
  /**
   * `nodePort` is true where the sshd of a job step may also listen on a port of the
   * compute node, for speed. Default: false.
   */
  nodePort?: boolean;
  /**
   * `startTimeoutSeconds` is how long Jupyter may take to answer in a running job, 10 to
   * 7200. Default: 300.
   */
  startTimeoutSeconds?: number;
  /**
   * `sessionDirectory` is where the folder of a session is on the cluster, for sites whose
   * compute nodes lack the home directory. Default: the home directory if it works.
   */
  sessionDirectory?: string;
  /**
   * `places` are more folders on the cluster to offer where files are chosen; ~, $HOME and
   * $USER are the cluster's.
   */
  places?: string[];
  /** `request` has the defaults for requests. */
  request: KernelRequest;
}

/** ClusterDidChangeParams carries the editor's profiles. */
export interface ClusterDidChangeParams {
  /** `clusters` are all of them as they are now. */
  clusters: ClusterProfile[];
}

/** Cluster is a profile: a site and what to ask of it by default. */
export interface Cluster {
  /** `name` is the name in requests: "sunbird". */
  name: string;
  /** `title` is its display name: "Sunbird". */
  title: string;
  /** `host` is the login node, a name of the ssh configuration or of the DNS. */
  host: string;
  /** `user` is the user's name there; empty: as ssh finds it. */
  user?: string;
  /** `source` is "built-in", "editor", or the path of the file that defines it. */
  source: string;
  /** `request` has the defaults for requests. */
  request: KernelRequest;
}

/** ClusterCheckParams names what to check. */
export interface ClusterCheckParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /**
   * `full` starts a small job too, for a few minutes at most: it shows whether
   * Jupyter is found there and whether it can be reached.
   */
  full?: boolean;
  /** `progressToken`, if set, has $/progress report each step. */
  progressToken?: string;
}

/** ClusterCheckResult is what the check found. */
export interface ClusterCheckResult {
  /** `ok` is true when no step failed. */
  ok: boolean;
  /** `cluster`, Host and User are what was checked. */
  cluster: string;
  /** `host` is the host as resolved. */
  host: string;
  /** `user` is the user's name on it. */
  user: string;
  /** `steps` are the tests in the order in which they ran. */
  steps: CheckStep[];
  /**
   * `report` is the result as a text for a support request, without secrets and names
   * of users.
   */
  report: string;
}

/** CheckStep is one test. */
export interface CheckStep {
  /**
   * `name` is stable: "computer", "config", "ssh-config", "host-name", "port", "host-key",
   * "login", "shell", "slurm", "account", "partition", "home", "workdir",
   * "kernelspec"; of a full check "job", "jupyter", "route", "cell" and "release" too.
   */
  name: string;
  /** `title` names what was tested. */
  title: string;
  /** `outcome` is how it ended. */
  outcome: CheckOutcome;
  /** `detail` is what was found. */
  detail?: string;
  /** `advice` is what to do, where there is something. */
  advice?: string;
  /** `code` is the error code of a failed step, and of a warning that has one. */
  code?: string;
  /** `milliseconds` is how long it took. */
  milliseconds: number;
}

/** ClusterResourcesParams names whose resources to look up. */
export interface ClusterResourcesParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `progressToken`, if set, makes $/progress report each stage. */
  progressToken?: string;
}

/** ClusterResourcesResult is what this user can ask the cluster for. */
export interface ClusterResourcesResult {
  /** `cluster` is the profile's name, or the host. */
  cluster: string;
  /** `title` is the cluster's display name. */
  title: string;
  /** `host` is the login node. */
  host: string;
  /** `user` is the user's name there. */
  user: string;
  /**
   * `request` has the defaults for requests, if the site has some of its own: the profile's over
   * the site's. cluster/list has them from now on, too.
   */
  request?: KernelRequest;
  /** `slurmVersion` is the version of the site's Slurm: "22.05.8". */
  slurmVersion?: string;
  /**
   * `partitions` are those that Slurm lists, without those that are closed to this
   * user.
   */
  partitions: PartitionInfo[];
  /**
   * `accounts` are the user's. Empty where Slurm does not say, as on a site
   * without accounting: then any text may be an account's name.
   */
  accounts: AccountInfo[];
  /** `askedAt` is when Slurm was asked, by this computer's clock: what is free changes soon. */
  askedAt?: string;
}

/** PartitionInfo is what Slurm reports of a partition. */
export interface PartitionInfo {
  /** `name` is the partition's name. */
  name: string;
  /** `title` is the site's name for it, for users. */
  title?: string;
  /** `description` says in one line what it is for, in the site's words. */
  description?: string;
  /** `default` is true for the one that a job gets that names none. */
  default: boolean;
  /** `up` is true when it takes and starts jobs. */
  up: boolean;
  /** `state` is Slurm's term: "UP", "DOWN", "DRAIN", "INACTIVE". */
  state?: string;
  /** `maxTimeSeconds` is the longest time limit; 0: none. */
  maxTimeSeconds?: number;
  /** `defaultTimeSeconds` is the time limit of a job that names none; 0: not known. */
  defaultTimeSeconds?: number;
  /** `maxCpus` is the most CPUs that a job on one node may have; 0: not known. */
  maxCpus?: number;
  /** `memoryMiB` is the most memory that a job on one node may have, in MiB; 0: not known. */
  memoryMiB?: number;
  /**
   * `defaultMemoryMiBPerCpu` is the memory for each CPU of a job that names none,
   * in MiB; 0: not known.
   */
  defaultMemoryMiBPerCpu?: number;
  /**
   * `defaultMemoryMiBPerNode` is the memory of a job that names none, where it does not
   * depend on its CPUs, in MiB; 0: not known.
   */
  defaultMemoryMiBPerNode?: number;
  /**
   * `gpus` are the kinds of GPUs, each with the most that one node has: "a100:2",
   * or "2" where the site names no kind.
   */
  gpus?: string[];
  /** `free` is what no job uses; missing where Slurm does not say. */
  free?: PartitionFree;
}

/** PartitionFree is what no job uses on the nodes of a partition. */
export interface PartitionFree {
  /** `nodes` are those without any job. */
  nodes: number;
  /** `cpus` is on all nodes together. */
  cpus: number;
  /** `gpus` are on all nodes together: "a100:3", or "3" where the site names no kind. */
  gpus?: string[];
}

/** AccountInfo is an account that the user's jobs can be charged to. */
export interface AccountInfo {
  /** `name` is the account's name. */
  name: string;
  /** `default` is true for the one that a job gets that names none. */
  default: boolean;
  /** `partitions` are the only ones that it may use; empty: all. */
  partitions?: string[];
  /** `qos` are the qualities of service that it may use. */
  qos?: string[];
}

/** ClusterEstimatesParams is a request, and where it would be made. */
export interface ClusterEstimatesParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `request` is what would be asked for, as in kernel/start. */
  request: KernelRequest;
  /** `progressToken`, if set, makes $/progress report each stage. */
  progressToken?: string;
}

/** ClusterEstimatesResult is when a request, and others like it, would start. */
export interface ClusterEstimatesResult {
  /** `estimates` are at most four; the first is for the request itself. */
  estimates: Estimate[];
}

/** Estimate is when one request would start. */
export interface Estimate {
  /** `change` is what it has different from the request of the params. */
  change: EstimateChange;
  /**
   * `request` is what to ask kernel/start for, with cpus, timeLimitSeconds and partition
   * filled in where they are known.
   */
  request: KernelRequest;
  /** `outcome` is when it would start. */
  outcome: EstimateOutcome;
  /** `startsAt` is the estimated start, by this computer's clock; for "later" only. */
  startsAt?: string;
  /** `reason` is why it never starts, or why that is not known: "more than any node has". */
  reason?: string;
}

/** ClusterEnvironmentsParams says where to look for environments. */
export interface ClusterEnvironmentsParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `workingDirectory` is a folder to look in too. Default: the profile's working directory. */
  workingDirectory?: string;
  /** `project` is one more folder on the cluster to look in, such as a project's copy. */
  project?: string;
  /**
   * `refresh` asks the module command again, whose answer is remembered for ten minutes, and waits for it: up to 20 s
   * where it is slow. Otherwise it is then run in the background, for the next request.
   */
  refresh?: boolean;
  /** `progressToken`, if set, makes $/progress report each stage. */
  progressToken?: string;
}

/** ClusterEnvironmentsResult is what was found. */
export interface ClusterEnvironmentsResult {
  /** `cluster` is the profile's name, or the host. */
  cluster: string;
  /** `title` is the cluster's display name. */
  title: string;
  /**
   * `environments` are those that the site offers, and those found: first those in which kernels
   * can run, and then by name.
   */
  environments: EnvironmentInfo[];
  /** `incomplete` is true if there was not enough time to look everywhere. */
  incomplete?: boolean;
}

/** EnvironmentInfo is an environment on a cluster. */
export interface EnvironmentInfo {
  /** `kind` is what kind it is. */
  kind: EnvironmentKind;
  /** `name` is a short name to show. Others may have the same one. */
  name: string;
  /** `manager` is the program that made it, where that is known: "pixi", "poetry", "uv", "pyenv". */
  manager?: string;
  /** `path` is its folder, or the file of an image; of a module, the folder that its Python is in, if it is known. */
  path?: string;
  /** `pythonVersion` is the version of its Python, as far as it is known: "3.12.1", "3.12". */
  pythonVersion?: string;
  /** `language` is the language of a kernelspec: "python", "R", "julia". */
  language?: string;
  /** `kernel` says whether kernels can run in it, for Python whether ipykernel is in it. */
  kernel: Presence;
  /**
   * `jupyter` says whether a Jupyter server is in it. Without one, kernels can still run in it
   * if there is another Jupyter.
   */
  jupyter: Presence;
  /**
   * `problem` is why kernels cannot run in it, where there is more to say than that ipykernel is
   * missing: "its Python /usr/bin/python3.9 is gone".
   */
  problem?: string;
  /** `request` is how a request for a kernel names it; absent if it cannot be chosen. */
  request?: Environment;
}

/** EnvironmentChangeParams says what to do with which environment. */
export interface EnvironmentChangeParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `action` is what to do. */
  action: EnvironmentAction;
  /**
   * `path` is the environment's folder. Default, but not for "install":
   * sunpyter-environment in the working directory.
   */
  path?: string;
  /** `workingDirectory` is where the default path is. Default: the profile's working directory. */
  workingDirectory?: string;
  /** `dryRun` only returns the path and the commands. */
  dryRun?: boolean;
  /** `progressToken`, if set, makes $/progress report what is being done. */
  progressToken?: string;
}

/** EnvironmentChangeResult is what was done. */
export interface EnvironmentChangeResult {
  /** `path` is the absolute path of the environment. */
  path: string;
  /** `commands` are the commands, one each. */
  commands: string[];
  /** `replaces` is true if "create" has made an environment there before, which is removed first. */
  replaces?: boolean;
  /** `environment` is the environment as it is now; absent if it was removed, or nothing was done. */
  environment?: EnvironmentInfo;
}

/** Choice is something that a client can offer after a problem. */
export interface Choice {
  /** `kind` is what it is. */
  kind: ChoiceKind;
  /** `environment` is the environment to start in, of kind "environment". */
  environment?: EnvironmentInfo;
  /** `change` is the request to send, of kind "change". Show its commands first. */
  change?: EnvironmentChangeParams;
  /** `commands` are the commands of the change. */
  commands?: string[];
}

/**
 * Problem is an error, for users and programs: the data of a JSON-RPC error, and the cause
 * of a session's end.
 */
export interface Problem {
  /** `code` is stable: "ssh.host-unknown", "slurm.rejected", ...; package fault has them all. */
  code: string;
  /** `message` is the whole in one line. */
  message: string;
  /** `tried` is what was being done. */
  tried?: string;
  /** `answer` is what came back, in the other side's own words. */
  answer?: string;
  /** `advice` is what to do next. */
  advice?: string;
  /**
   * `choices` are what the client can offer, the best first: other environments if a kernel
   * cannot run in the one of the request.
   */
  choices?: Choice[];
}

/**
 * FileEntry is a file or folder on a cluster. In names and paths, bytes that are not UTF-8,
 * control characters and others that cannot be seen are written as %XX, with capital letters,
 * and so is a % that is followed by two such digits. Paths in requests are read in the same way.
 */
export interface FileEntry {
  /** `name` is its name in its folder. */
  name: string;
  /** `path` is its absolute path; not in a listing. */
  path?: string;
  /** `type` is what it is; of a symbolic link, what the link leads to. */
  type: FileType;
  /** `link` is true for a symbolic link. */
  link?: boolean;
  /** `size` is its size in bytes. */
  size: number;
  /** `modifiedAt` is when it was modified, by the cluster's clock, to the second. */
  modifiedAt: string;
  /** `mode` is its permissions in octal: "644". */
  mode: string;
  /** `version` changes when the content does. It is made of the time and the size. */
  version?: string;
}

/** FilePlacesParams names the cluster. */
export interface FilePlacesParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
}

/** FilePlacesResult has folders to begin with. */
export interface FilePlacesResult {
  /** `home` is the user's home directory. */
  home: string;
  /** `workingDirectory` is where kernels of this cluster start, if it is another folder. */
  workingDirectory?: string;
  /** `places` are the profile's other folders, as absolute paths. They may not exist. */
  places?: string[];
}

/** FileListParams names a folder. */
export interface FileListParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /**
   * `path` is the folder's absolute path, or one relative to the home directory; empty, or
   * "~": the home directory.
   */
  path?: string;
  /** `after` is the name after which the page begins; empty: the first page. */
  after?: string;
  /** `limit` is how many entries to return at most: 5000, the default, or fewer. */
  limit?: number;
}

/** FileListResult is a page of a listing, sorted by the bytes of the names. */
export interface FileListResult {
  /** `path` is the folder's absolute path. */
  path: string;
  /** `entries` are what it holds. */
  entries: FileEntry[];
  /** `total` is how many entries the folder has. */
  total: number;
  /** `more` is true if there are entries after the last one. */
  more?: boolean;
}

/** FileStatParams names a path. */
export interface FileStatParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `path` is absolute, or relative to the home directory. */
  path: string;
}

/** FileStatResult describes a path. */
export interface FileStatResult {
  /** `entry` is what is there. */
  entry: FileEntry;
}

/** FileReadParams names a part of a file. */
export interface FileReadParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `path` is absolute, or relative to the home directory. */
  path: string;
  /** `offset` is where to begin, in bytes. */
  offset?: number;
  /** `limit` is how many bytes to return at most: 2097152 (2 MiB), the default, or fewer. */
  limit?: number;
}

/** FileReadResult is a part of a file. */
export interface FileReadResult {
  /** `content` is the bytes in base64. */
  content: string;
  /**
   * `entry` is the file as it was when it was read. If its version differs between two
   * parts, the file was changed in between.
   */
  entry: FileEntry;
  /** `end` is true if the content reaches the end of the file. */
  end: boolean;
}

/** FileWriteParams is the new content of a file. */
export interface FileWriteParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `path` is absolute, or relative to the home directory. */
  path: string;
  /** `content` is the bytes in base64, at most 2097152 (2 MiB). file/upload sends larger files. */
  content: string;
  /**
   * `version` is the version that the file must still have: otherwise the error is
   * file.changed, and nothing is written. Empty: any, or no file.
   */
  version?: string;
  /** `new` is true if there must be no such file: otherwise the error is file.exists. */
  new?: boolean;
}

/** FileWriteResult describes the file as it was written. */
export interface FileWriteResult {
  /** `entry` is the file. */
  entry: FileEntry;
}

/** FileMkdirParams names a new folder. */
export interface FileMkdirParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `path` is absolute, or relative to the home directory. */
  path: string;
  /** `parents` creates the folders above it too. Then it is no error if it exists. */
  parents?: boolean;
}

/** FileMkdirResult describes the new folder. */
export interface FileMkdirResult {
  /** `entry` is the folder. */
  entry: FileEntry;
}

/** FileRenameParams renames or moves a file or folder. */
export interface FileRenameParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `path` is the path as it is. */
  path: string;
  /** `newPath` is the path as it shall be. */
  newPath: string;
  /** `overwrite` replaces a file of the new name. Without it, one is the error file.exists. */
  overwrite?: boolean;
}

/** FileRenameResult describes what was renamed. */
export interface FileRenameResult {
  /** `entry` is the file or folder in its new place. */
  entry: FileEntry;
}

/** FileDeleteParams names what to delete. */
export interface FileDeleteParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `path` is absolute, or relative to the home directory. Of a link, the link is deleted. */
  path: string;
  /**
   * `recursive` deletes a folder with all that is in it. Without it, a folder that is not
   * empty is the error file.not-empty.
   */
  recursive?: boolean;
}

/** FileDeleteResult has no members yet. */
export type FileDeleteResult = Record<string, never>;

/** FileUploadParams names what to send to the cluster. */
export interface FileUploadParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `localPath` is the absolute path of a file or folder on this computer. */
  localPath: string;
  /**
   * `path` is the path that it shall have on the cluster: its own, not that of the folder
   * it shall be in.
   */
  path: string;
  /**
   * `overwrite` replaces files that are there. Without it they are skipped in a folder, and a
   * single one is the error file.exists.
   */
  overwrite?: boolean;
  /** `version` is the version that a single file must still have; see file/write. */
  version?: string;
  /** `progressToken`, if set, has $/progress report the bytes. */
  progressToken?: string;
}

/** FileDownloadParams names what to fetch from the cluster. */
export interface FileDownloadParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `path` is a file or folder on the cluster. */
  path: string;
  /**
   * `localPath` is the absolute path that it shall have on this computer: its own, not that
   * of the folder it shall be in.
   */
  localPath: string;
  /**
   * `overwrite` replaces files that are there. Without it they are skipped in a folder, and a
   * single one is the error file.exists.
   */
  overwrite?: boolean;
  /** `progressToken`, if set, has $/progress report the bytes. */
  progressToken?: string;
}

/** FileTransferResult is what an upload or a download did. */
export interface FileTransferResult {
  /** `files` is how many were transferred. */
  files: number;
  /** `bytes` is their size. */
  bytes: number;
  /** `skipped` are those that were left out. */
  skipped: FileSkipped[];
  /**
   * `changed` are paths of files that changed while they were read: the copies may mix old
   * and new content.
   */
  changed?: string[];
}

/** FileSkipped is a file that was not transferred. */
export interface FileSkipped {
  /** `path` is the path on the side that it was to be read from. */
  path: string;
  /** `reason` is why. */
  reason: string;
}

/** KernelStartParams asks for a kernel. */
export interface KernelStartParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /**
   * `request` is what to ask Slurm for. A member that is not given has the
   * profile's value, else the default.
   */
  request: KernelRequest;
  /**
   * `project` is a folder of this computer to copy to the cluster while the job starts. The
   * kernel's working directory is its copy then; notebooks in subfolders start in those.
   */
  project?: ProjectCopy;
  /** `progressToken`, if set, makes $/progress report each stage of the start. */
  progressToken?: string;
  /**
   * `replaces` is the session of a kernel of this client that still waits for its node. It
   * keeps its place in the queue until the job of the new kernel runs, and is then stopped;
   * its kernel/start fails as cancelled. If its own job runs first, the new kernel is
   * stopped instead, and this request fails as cancelled. Never do both run.
   */
  replaces?: string;
}

/** KernelRequest is what to ask Slurm for, and how to start Jupyter there. */
export interface KernelRequest {
  /** `cpus` is the number of CPUs for the kernel (sbatch --cpus-per-task). Default 1. */
  cpus?: number;
  /** `memoryMiB` is the memory, in MiB (sbatch --mem). Default: the partition's own. */
  memoryMiB?: number;
  /**
   * `memoryPerCpu` asks for the memory by CPU (sbatch --mem-per-cpu), for sites that refuse
   * --mem. MemoryMiB is that of the whole job in any case.
   */
  memoryPerCpu?: boolean;
  /**
   * `timeLimitSeconds` is the time limit (sbatch --time), rounded up to whole
   * minutes. Default: 4 hours, or the partition's limit where that is less.
   */
  timeLimitSeconds?: number;
  /** `gpus` is the number of GPUs, as "2" or "a100:2" (sbatch --gres=gpu:...). */
  gpus?: string;
  /** `gres` is any other generic resource, as "shard:1" (sbatch --gres). */
  gres?: string;
  /** `partition` is the partition (sbatch --partition). Default: the site's. */
  partition?: string;
  /** `account` is the account to charge (sbatch --account). */
  account?: string;
  /** `qos` is the quality of service (sbatch --qos). */
  qos?: string;
  /** `reservation` is the reservation to run in (sbatch --reservation). */
  reservation?: string;
  /**
   * `clusters` are, of several Slurm clusters behind one login node, those that may run the
   * kernel (sbatch --clusters). Default: the login node's own.
   */
  clusters?: string;
  /** `constraint` is the node features to ask for (sbatch --constraint). */
  constraint?: string;
  /**
   * `workingDirectory` is where cells run. A leading ~ or $HOME, and $USER
   * anywhere, are those of the cluster. Default: the home directory.
   */
  workingDirectory?: string;
  /**
   * `kernelTransport` is how kernels listen on the node: "ipc" (sockets that only the
   * user can reach), "tcp" (ports of 127.0.0.1, where other users of the node can read
   * what cells run and print), or "auto" (default): tcp for those kernels alone that
   * cannot use sockets; the session's notice then names them.
   */
  kernelTransport?: string;
  /** `environment` is what to set up before Jupyter starts. */
  environment?: Environment;
  /**
   * `sbatchOptions` are more options for sbatch, one word each, as "--exclude=scs0150".
   * Those that Sunpyter sets itself are refused by name.
   */
  sbatchOptions?: string[];
  /**
   * `idleSeconds` is after how long without use the kernel is stopped. The user is warned
   * ten minutes before; see kernel/keepAlive.
   * Default 3600 (1 hour); at least 60, at most 604800; -1: never.
   */
  idleSeconds?: number;
  /**
   * `graceSeconds` is how long the job keeps running while this computer is offline.
   * Default 900 (15 minutes); at least 60, at most 14400.
   */
  graceSeconds?: number;
}

/** Environment is what to set up in the job before Jupyter starts, in this order. */
export interface Environment {
  /** `modules` are loaded with "module load", in this order. */
  modules?: string[];
  /**
   * `name` is the name or the path of an environment for kernels, as cluster/environments
   * lists them: of conda and its relatives, a virtual environment, or another Python. It is
   * looked up on the login node before the job is submitted. Kernels run in it, and so does
   * Jupyter if a Jupyter server is in it; else Jupyter comes from the rest of this set-up.
   */
  name?: string;
  /**
   * `container` is the path of a container image for kernels instead: a file of Apptainer or
   * Singularity, or the folder of an image. Jupyter runs outside, so the image needs Python and
   * ipykernel alone. The working directory and the home directory are seen in it.
   */
  container?: string;
  /**
   * `containerBinds` are more folders of the compute node to be seen in the container: "DIR" or
   * "DIR:TARGET".
   */
  containerBinds?: string[];
  /** `conda` is the name or the path of a conda environment to activate. */
  conda?: string;
  /** `venv` is the path of a Python virtual environment to activate. */
  venv?: string;
  /**
   * `setup` are lines of bash, run unchanged. No secrets: they are in the job's
   * script, which Slurm keeps.
   */
  setup?: string[];
  /**
   * `variables` are environment variables to set. No secrets: they are in the job's
   * script, which Slurm keeps.
   */
  variables?: Record<string, string>;
}

/** KernelStartResult is a kernel that can be used. */
export interface KernelStartResult {
  /** `session` is the session, in state ready. */
  session: Session;
  /** `url` is Jupyter's URL on this computer: "http://127.0.0.1:41234/". */
  url: string;
  /**
   * `token` authenticates requests to URL, as Jupyter's token. It is valid only there, until
   * the kernel is taken over. Keep it out of logs and command lines.
   */
  token: string;
  /** `link` opens Jupyter in a browser, once; see kernel/link. */
  link: string;
  /** `project` is what was copied, if the request had a project. */
  project?: ProjectPushResult;
  /** `projectProblem` is why the project could not be copied, if so. The kernel runs. */
  projectProblem?: Problem;
}

/** KernelTakeOverParams names the session to take over, by its id or by its job. */
export interface KernelTakeOverParams {
  /** `sessionId` is the session's id. */
  sessionId?: string;
  /** `jobId` is the number of the job on Cluster, where the id is not known. */
  jobId?: string;
  /**
   * `cluster` is a profile's name, a host, or USER@HOST. It is needed for a kernel
   * that this computer does not know: one that another computer started.
   */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `progressToken`, if set, makes $/progress report each stage. */
  progressToken?: string;
}

/** KernelListParams says which kernels to list. */
export interface KernelListParams {
  /**
   * `cluster`, if set, also lists the user's Sunpyter jobs in that cluster's queue, from any
   * computer.
   */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
}

/** KernelListResult has the kernels. */
export interface KernelListResult {
  /** `sessions` are the sessions, this client's first. */
  sessions: Session[];
  /**
   * `ended` are the kernels of the last 7 days that ended without being stopped, with their
   * cause: the newest first, at most 50. Those that ended while no computer was connected
   * are listed only if Cluster is set.
   */
  ended?: Session[];
  /**
   * `problems` are errors of records on this computer that cannot be read. The files were
   * renamed; the jobs can still be found on their cluster.
   */
  problems?: Problem[];
}

/** KernelReconnectParams names the session to connect again. */
export interface KernelReconnectParams {
  /** `sessionId` is the session's id. */
  sessionId: string;
}

/** KernelReconnectResult is the session with its connection. */
export interface KernelReconnectResult {
  /** `session` is the session, in state ready. */
  session: Session;
}

/** KernelStopParams names what to stop. */
export interface KernelStopParams {
  /**
   * `sessionId` is a session's id; with Cluster also that of one that this computer
   * does not know.
   */
  sessionId?: string;
  /** `jobId` stops the Sunpyter job with this number on Cluster. */
  jobId?: string;
  /** `all` stops all of this client's kernels, or all of the user's Sunpyter jobs on Cluster. */
  all?: boolean;
  /** `cluster` is a profile's name, a host, or USER@HOST. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `waitUntilFree` delays the answer until the job has left its node. */
  waitUntilFree?: boolean;
}

/** KernelStopResult has the outcomes. */
export interface KernelStopResult {
  /** `released` has one entry for each job. */
  released: Release[];
}

/** Release is the outcome for one job. */
export interface Release {
  /** `sessionId` is the session's id. */
  sessionId?: string;
  /** `jobId` is the job's number. */
  jobId?: string;
  /** `outcome` is how it ended. */
  outcome: ReleaseOutcome;
  /** `message` is more about it, if there is any. */
  message?: string;
}

/** KernelKeepAliveParams names the session. */
export interface KernelKeepAliveParams {
  /** `sessionId` is the session's id. */
  sessionId: string;
}

/** KernelKeepAliveResult is the new idle time. */
export interface KernelKeepAliveResult {
  /** `idleSeconds` is after how long without use the kernel is stopped now; 0: never. */
  idleSeconds: number;
}

/** KernelLogParams names the log. */
export interface KernelLogParams {
  /** `sessionId` is the session's id. */
  sessionId: string;
  /** `lines` is how many lines from the end. Default 100, at most 5000. */
  lines?: number;
}

/** KernelLogResult is the end of the log. */
export interface KernelLogResult {
  /** `text` is the lines, secrets removed. */
  text: string;
}

/** KernelLinkParams names the session. */
export interface KernelLinkParams {
  /** `sessionId` is the session's id. */
  sessionId: string;
  /**
   * `open` makes the server open the link in the user's browser, on the computer where the
   * server runs, without showing it to other users there.
   */
  open?: boolean;
}

/** KernelLinkResult is a link that works once. */
export interface KernelLinkResult {
  /** `link` is the address to open. */
  link: string;
  /** `opened` is true when a browser was started. */
  opened?: boolean;
  /** `reason` is why no browser was opened, if one was asked for. */
  reason?: string;
}

/** KernelUseParams names the session. */
export interface KernelUseParams {
  /** `sessionId` is the session's id. */
  sessionId: string;
}

/** KernelUseResult is what its job uses. */
export interface KernelUseResult {
  /** `use` is what it uses now. */
  use: Use;
}

/** InitializeParams describes the client. */
export interface InitializeParams {
  /** `protocolVersion` is the version that the client speaks: 2. */
  protocolVersion: number;
  /** `clientInfo` names the client, for the log. */
  clientInfo?: ProgramInfo;
  /**
   * `commandLine` is true for a client in a terminal. Texts name the options and commands
   * of sunpyter then; otherwise they name settings and commands as an editor shows them.
   */
  commandLine?: boolean;
  /**
   * `reloadGraceSeconds` is how long after the end of stdin, or shutdown, the client's
   * kernels wait to be taken over, for a client whose window may only be reloading.
   * 0, the default: they are cancelled at once. At most 300.
   */
  reloadGraceSeconds?: number;
  /**
   * `keepLoginSeconds` is how long the connection to a cluster stays open after the
   * client has ended, so that the user's next window or command need not log in again.
   * 0, the default, is the reload grace; at most 600.
   */
  keepLoginSeconds?: number;
  /**
   * `clusters` are the profiles of the editor's settings; see ClusterProfile.
   * cluster/didChange replaces them.
   */
  clusters?: ClusterProfile[];
}

/** ProgramInfo names a program. */
export interface ProgramInfo {
  /** `name` is the program's name. */
  name: string;
  /** `version` is the program's version, in its own form. */
  version?: string;
}

/** InitializeResult describes the server. */
export interface InitializeResult {
  /** `protocolVersion` is the version that the server speaks. */
  protocolVersion: number;
  /** `serverInfo` names the server. */
  serverInfo: ProgramInfo;
  /** `configFile` is the user's configuration file, whether it exists or not. */
  configFile?: string;
}

/** ShutdownResult has the outcome for each of the client's kernels. */
export interface ShutdownResult {
  /** `released` lists the outcome for each kernel of this client. */
  released: Release[];
}

/** CancelParams names the request to cancel. */
export interface CancelParams {
  /** `id` is the request's id, a number or a string. */
  id: number | string;
}

/** LogMessageParams is one line for the log. */
export interface LogMessageParams {
  /** `level` is its severity. */
  level: LogLevel;
  /** `message` is the line. */
  message: string;
}

/** ShowMessageParams is a message for the user that needs no answer. */
export interface ShowMessageParams {
  /** `level` is its severity; never debug. */
  level: LogLevel;
  /** `message` is one line. */
  message: string;
  /** `detail` is more text, of any number of lines: a host's banner, a public key. */
  detail?: string;
}

/** ProgressParams reports the progress of a request. */
export interface ProgressParams {
  /** `token` is the request's progress token. */
  token: string;
  /** `kind` is begin, report or end. */
  kind: ProgressKind;
  /** `title` is what the request does; only in begin. */
  title?: string;
  /** `state` is the session's state, if the request is about a session. */
  state?: SessionState;
  /** `message` is one line for the user. */
  message?: string;
  /** `doneBytes` is how many bytes were transferred so far, if the request transfers files. */
  doneBytes?: number;
  /** `totalBytes` is how many there are. */
  totalBytes?: number;
}

/** ProjectCopy is a folder of this computer of which a copy is kept on a cluster. */
export interface ProjectCopy {
  /** `folder` is its absolute path on this computer. */
  folder: string;
  /**
   * `path` is where the copy is on the cluster, which is remembered for the folder and the
   * cluster. Default: what is remembered, else the folder's name in the working directory.
   */
  path?: string;
  /**
   * `adopt` is the user's yes to the use of a folder there that is not a copy of this one.
   * Without it, such a folder is the error project.not-ours. Its files are kept in any case.
   */
  adopt?: boolean;
  /**
   * `include` are names of files and folders that are copied though they are large, look like
   * secrets, or git ignores them. They do not count towards the limits.
   */
  include?: string[];
  /** `mine` are names whose conflict is resolved by the file on this computer. */
  mine?: string[];
  /**
   * `theirs` are names whose conflict is resolved by the file on the cluster, which replaces
   * the one on this computer.
   */
  theirs?: string[];
  /** `maxTotalMB` is the most that is copied in all, in MB (1,000,000 bytes). Default: 100. */
  maxTotalMB?: number;
  /** `maxFileMB` is the size in MB above which a file is left out. Default: 20. */
  maxFileMB?: number;
}

/** ProjectScanParams names a folder of this computer. */
export interface ProjectScanParams {
  /** `project` is the folder; Path, Adopt, Mine and Theirs have no effect. */
  project: ProjectCopy;
}

/** ProjectScanResult is what would be copied if nothing were on the cluster. */
export interface ProjectScanResult {
  /** `files` is the number of files. */
  files: number;
  /** `bytes` is their size. */
  bytes: number;
  /** `leftOut` are files that are not copied. */
  leftOut: ProjectLeftOut[];
}

/** ProjectLeftOut is a file that is not copied. */
export interface ProjectLeftOut {
  /** `name` is its path in the folder, with slashes. */
  name: string;
  /** `bytes` is its size. */
  bytes?: number;
  /** `reason` is why. */
  reason: ProjectReason;
}

/** ProjectPushParams asks to make a copy like its folder. */
export interface ProjectPushParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `project` is the folder and its copy. */
  project: ProjectCopy;
  /**
   * `only` names the files and folders to look at, such as those that were just saved,
   * renamed or deleted. Default: all.
   */
  only?: string[];
  /** `dryRun` changes nothing: the result is what would be done. */
  dryRun?: boolean;
  /** `progressToken`, if set, has $/progress report the bytes. */
  progressToken?: string;
}

/** ProjectPushResult is what was done. Names are paths in the folder, with slashes. */
export interface ProjectPushResult {
  /** `path` is the copy's absolute path on the cluster. */
  path: string;
  /** `sent` are the files that were new or had changed. */
  sent: string[];
  /** `sentBytes` is their size. */
  sentBytes: number;
  /** `removed` are files that were deleted on the cluster, because they are no longer here. */
  removed?: string[];
  /** `fetched` are the files of Theirs. */
  fetched?: string[];
  /** `unchanged` is how many files were there already. */
  unchanged: number;
  /**
   * `busy` are files that could not be read, or changed each time they were read. The next
   * push tries again.
   */
  busy?: string[];
  /** `conflicts` are files that were changed on the cluster. They are as they were there. */
  conflicts?: ProjectConflict[];
  /** `leftOut` are files that are not copied. */
  leftOut?: ProjectLeftOut[];
}

/** ProjectConflict is a file that was changed on the cluster since it was put there. */
export interface ProjectConflict {
  /** `name` is its path in the folder. */
  name: string;
  /** `path` is its absolute path on the cluster. */
  path: string;
  /** `deleted` is true if the file was deleted on this computer. */
  deleted?: boolean;
  /** `reported` is true if an earlier push has reported this conflict already. */
  reported?: boolean;
}

/** ProjectChangesParams names a folder that was copied. */
export interface ProjectChangesParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `project` is the folder and its copy; only Folder, Path and Adopt count. */
  project: ProjectCopy;
}

/** ProjectChangesResult has the files that were made or changed on the cluster. */
export interface ProjectChangesResult {
  /** `path` is the copy's absolute path on the cluster. */
  path: string;
  /** `files` are the files, the newest first. */
  files: ProjectChange[];
}

/** ProjectChange is a file that was made or changed on the cluster. */
export interface ProjectChange {
  /** `name` is its path in the folder, with slashes. */
  name: string;
  /** `bytes` is its size. */
  bytes: number;
  /** `modifiedAt` is when it was modified, by the cluster's clock. */
  modifiedAt: string;
  /** `here` is true if this computer has a file of that name, which is another one. */
  here?: boolean;
}

/** ProjectPullParams names the files to fetch. */
export interface ProjectPullParams {
  /** `cluster` is a profile's name, a host, or USER@HOST; empty: the default. */
  cluster?: string;
  /** `user` is the user's name on the cluster, if Cluster does not say. */
  user?: string;
  /** `project` is the folder and its copy; only Folder and Path count. */
  project: ProjectCopy;
  /** `names` are the paths of the files in the folder. */
  names: string[];
  /** `overwrite` replaces files that are here already. Without it they are skipped. */
  overwrite?: boolean;
  /** `progressToken`, if set, has $/progress report the bytes. */
  progressToken?: string;
}

/** PromptSecretParams is a prompt for one line of text. */
export interface PromptSecretParams {
  /** `host` is the host that asks. */
  host: string;
  /** `user` is the user's name there. */
  user?: string;
  /** `purpose` is the purpose of the prompt. */
  purpose: PromptPurpose;
  /** `prompt` is the question, as the host has worded it if it has. */
  prompt: string;
  /** `detail` is more text: the key file, the host's instruction. */
  detail?: string;
  /** `echo` is true when the answer may be shown while it is typed. */
  echo?: boolean;
  /** `wrong` is true when the last answer to the same question was wrong. */
  wrong?: boolean;
}

/** PromptSecretResult is the answer. */
export interface PromptSecretResult {
  /** `value` is what was typed; may be empty. */
  value?: string;
  /** `cancelled` is true if the user dismissed the prompt. */
  cancelled?: boolean;
}

/** PromptConfirmParams is a yes-or-no prompt. */
export interface PromptConfirmParams {
  /** `host` is the host that it is about. */
  host: string;
  /** `purpose` is the purpose of the prompt. */
  purpose: PromptPurpose;
  /** `message` is the question. */
  message: string;
  /** `detail` is what to compare: the kind of key and its fingerprint. */
  detail?: string;
  /** `accept` is the label of the button for yes: "Connect". */
  accept: string;
}

/** PromptConfirmResult is the answer. */
export interface PromptConfirmResult {
  /** `accepted` is true for yes. */
  accepted: boolean;
}

/** Session is one kernel's job, from the first connection to its end. */
export interface Session {
  /** `id` names the session: letters and digits, the same over reloads. */
  id: string;
  /** `state` is its state. */
  state: SessionState;
  /** `cluster` is the profile's name, or the host. */
  cluster: string;
  /** `title` is the cluster's display name. */
  title: string;
  /** `host` is the login node. */
  host: string;
  /** `user` is the user's name there. */
  user?: string;
  /** `owned` is true if this client owns the session. */
  owned: boolean;
  /**
   * `orphaned` is true when no process of this computer owns the session any more: its
   * window has closed. It ends soon unless it is taken over. In kernel/list only.
   */
  orphaned?: boolean;
  /**
   * `remote` is true when this computer knows the kernel only from its cluster: another
   * computer started it, or took it over. In kernel/list only.
   */
  remote?: boolean;
  /** `generation` counts how often the session was taken over. */
  generation: number;
  /** `jobId` is Slurm's number for the job, once there is one. */
  jobId?: string;
  /** `partition` is the partition that it was handed to. */
  partition?: string;
  /** `account` is the account that it is charged to, if one was named. */
  account?: string;
  /** `cpus` is how many it has or asks for. */
  cpus: number;
  /** `memoryMiB` is how much memory it has or asks for, in MiB; 0: not known yet. */
  memoryMiB?: number;
  /**
   * `siteDefaults` are the values that the user's login files on the cluster set for jobs
   * and that were used, since the request named none: "SBATCH_ACCOUNT=scw1000".
   */
  siteDefaults?: string[];
  /** `gpus` is what it has or asks for. */
  gpus?: string;
  /** `timeLimitSeconds` is its time limit; 0: not known yet. */
  timeLimitSeconds?: number;
  /** `graceSeconds` is how long the job keeps running while this computer is offline. */
  graceSeconds?: number;
  /** `idleSeconds` is after how long without use it is stopped; 0: never. */
  idleSeconds?: number;
  /**
   * `idleEndsAt` is when it will be stopped because it is idle. It is set from the warning
   * on, until the kernel is used again or kernel/keepAlive is called.
   */
  idleEndsAt?: string;
  /**
   * `memoryKills` is how often a kernel was killed because the job ran out of memory,
   * while Jupyter kept running. Notice has the text.
   */
  memoryKills?: number;
  /**
   * `suggestedMemoryMiB` is what to ask for after a kernel or the job ran out of memory, or
   * while it uses nine tenths of it: twice what it had, within the partition's limit; 0: the
   * partition has no more.
   */
  suggestedMemoryMiB?: number;
  /** `node` is the compute node, once it runs. */
  node?: string;
  /** `workingDirectory` is where cells run, as the node sees it. */
  workingDirectory?: string;
  /**
   * `environment` is what to call the environment that kernels run in, if one was chosen:
   * "ml". Not known of kernels that other computers started.
   */
  environment?: string;
  /** `submittedAt` is when Slurm accepted the job, by this computer's clock. */
  submittedAt?: string;
  /** `startedAt` is when this computer learned that the job had started. */
  startedAt?: string;
  /** `endsAt` is when the time limit will end it. */
  endsAt?: string;
  /**
   * `needsUserAction` is true while the connection is lost and the user has to answer a
   * prompt before it can be restored; notice has the prompt. The user was prompted once;
   * kernel/reconnect prompts again. Otherwise the kernel stops after graceSeconds.
   */
  needsUserAction?: boolean;
  /** `pending` is why it waits; only in state pending. */
  pending?: Pending;
  /** `notice` is something that the user should know, such as an old Jupyter. */
  notice?: string;
  /**
   * `noticeCode` is the code of the notice, or of the first of several, if it has one, such as
   * job.gpu-missing: the job has not got what was asked for.
   */
  noticeCode?: string;
  /**
   * `use` is what the kernel's job uses. The server looks every 30 s while the kernel is
   * ready, and sends it when the memory has changed noticeably, or with another change;
   * kernel/use looks at once. Of this client's kernels only.
   */
  use?: Use;
  /** `url` is Jupyter's URL on this computer, from ready on. */
  url?: string;
  /** `endedAt` is when it ended; in kernel/list's ended only. */
  endedAt?: string;
  /** `cause` is why it ended; only in state ended. */
  cause?: Problem;
}

/**
 * Use is what a whole job uses: kernels, Jupyter and shells. It comes from the job's control
 * group.
 */
export interface Use {
  /**
   * `cpuPercent` is how busy its CPUs were since the server last looked: 100 is one CPU;
   * -1: not known.
   */
  cpuPercent: number;
  /** `mostCpuPercent` is the most so far, over 10 s; -1: not known. */
  mostCpuPercent: number;
  /**
   * `memoryMiB` is its memory, in MiB, without files in the cache that Linux drops first;
   * 0: not known.
   */
  memoryMiB?: number;
  /**
   * `mostMemoryMiB` is the most so far. It may include files in the cache: what the cluster's
   * kernel saw between two samples, 2 s apart, counts in full.
   */
  mostMemoryMiB?: number;
  /**
   * `memoryLimitMiB` is the memory at which kernels are killed; 0: there is no limit, or it
   * is not known.
   */
  memoryLimitMiB?: number;
  /**
   * `gpus` are its GPUs, in the answer to kernel/use only, from the second one on. Those of
   * NVIDIA are known, unless they are divided (MIG).
   */
  gpus?: GPUUse[];
  /**
   * `enoughCpus` and EnoughMemoryMiB are what would have been enough, in CPUs and MiB, if the
   * kernel has run for 10 minutes and has at least twice as much of one of them; 0: that is
   * not so. Not in the answer to kernel/use.
   */
  enoughCpus?: number;
  /** `enoughMemoryMiB` goes with enoughCpus. */
  enoughMemoryMiB?: number;
  /** `unknown` is why nothing is known, for the user, if so. */
  unknown?: string;
}

/** GPUUse is what one GPU does. */
export interface GPUUse {
  /** `percent` is for how much of the time something ran on it; -1: not known. */
  percent: number;
  /** `memoryMiB` is how much of its memory is used, in MiB; -1: not known. */
  memoryMiB: number;
  /** `totalMiB` is how much memory it has, in MiB; -1: not known. */
  totalMiB: number;
}

/** Pending is why a job waits. */
export interface Pending {
  /** `reason` is Slurm's term: "Resources", "Priority", ... */
  reason: string;
  /** `message` explains it. */
  message: string;
  /** `advice` is what the user can do, if anything. */
  advice?: string;
  /** `estimatedStart` is Slurm's estimate, if it has one. */
  estimatedStart?: string;
  /**
   * `jobsAhead` is how many jobs of its partition wait with a higher priority. It is missing
   * where that is not known, as on large sites, which are not asked for their queue.
   */
  jobsAhead?: number;
  /**
   * `smaller` is what would start now instead, in a gap that the waiting jobs leave: with fewer
   * CPUs, a shorter time limit, or both. kernel/start can replace the waiting kernel.
   */
  smaller?: SmallerRequest;
}

/** SmallerRequest is what a smaller request has different. */
export interface SmallerRequest {
  /** `cpus` is the number of CPUs. */
  cpus: number;
  /** `timeLimitSeconds` is the time limit. */
  timeLimitSeconds: number;
  /** `memoryMiB` is the memory in MiB, where it is requested per CPU. */
  memoryMiB?: number;
}

/** SessionDidChangeParams carries the whole session. */
export interface SessionDidChangeParams {
  /** `session` is the current session. */
  session: Session;
}

/** ShellOpenParams is what to run, and in which kernel's job. */
export interface ShellOpenParams {
  /** `sessionId` is the session's id. */
  sessionId: string;
  /** `shellId` is a name for the shell. The client chooses one that it has not used before. */
  shellId: string;
  /**
   * `command` is a command with its arguments, which no shell interprets. Default: the
   * user's shell.
   */
  command?: string[];
  /**
   * `workingDirectory` is the folder on the cluster in which it starts, as an absolute path that
   * is written as in FileEntry. Default: the kernels' working directory.
   */
  workingDirectory?: string;
  /** `terminal` runs it in a terminal. */
  terminal?: boolean;
  /** `term` is the type of the terminal, as in the variable TERM. Default: xterm-256color. */
  term?: string;
  /** `colorTerm` is for the variable COLORTERM: "truecolor". */
  colorTerm?: string;
  /** `rows` is the number of the terminal's rows. Default 24. */
  rows?: number;
  /** `columns` is the number of the terminal's columns. Default 80. */
  columns?: number;
  /**
   * `key` returns to a terminal that an earlier run of the server left, as it does with
   * reloadGraceSeconds. Its last output comes first. If it has ended, the code is shell.lost.
   * The size counts, and no other option.
   */
  key?: string;
}

/** ShellOpenResult is a shell that runs. */
export interface ShellOpenResult {
  /** `node` is the name of the node on which it runs. */
  node: string;
  /** `key` returns to the shell after the client and its server were started anew. */
  key: string;
}

/** ShellInputParams is input for a shell. */
export interface ShellInputParams {
  /** `shellId` is the shell's id. */
  shellId: string;
  /** `data` is the input in base64, at most 1 MiB of it. */
  data?: string;
  /** `end` ends the input of a command after Data. Without effect in a terminal. */
  end?: boolean;
}

/** ShellInputResult has no members. */
export type ShellInputResult = Record<string, never>;

/** ShellResizeParams is the new size of a terminal. */
export interface ShellResizeParams {
  /** `shellId` is the shell's id. */
  shellId: string;
  /** `rows` is the number of rows. */
  rows: number;
  /** `columns` is the number of columns. */
  columns: number;
}

/** ShellResizeResult has no members. */
export type ShellResizeResult = Record<string, never>;

/** ShellSignalParams is a signal for a command. */
export interface ShellSignalParams {
  /** `shellId` is the shell's id. */
  shellId: string;
  /** `signal` is the signal. */
  signal: ShellSignalName;
}

/** ShellSignalResult has no members. */
export type ShellSignalResult = Record<string, never>;

/** ShellCloseParams names the shell to end. */
export interface ShellCloseParams {
  /** `shellId` is the shell's id. */
  shellId: string;
}

/** ShellCloseResult has no members. */
export type ShellCloseResult = Record<string, never>;

/** ShellOutputParams is output of a shell. */
export interface ShellOutputParams {
  /** `shellId` is the shell's id. */
  shellId: string;
  /**
   * `data` is the output in base64, at most 32 KiB of it. A character in UTF-8 may be split
   * between two of them.
   */
  data: string;
  /** `stderr` is true for what a command outside of a terminal wrote to its standard error. */
  stderr?: boolean;
}

/** ShellOutputResult has no members. */
export type ShellOutputResult = Record<string, never>;

/** ShellDidEndParams is how a shell ended. */
export interface ShellDidEndParams {
  /** `shellId` is the shell's id. */
  shellId: string;
  /** `exitStatus` is the exit status, or 128 and the number of the signal that ended it. */
  exitStatus: number;
  /** `problem` is why its exit status is not known, if so: its kernel has ended, or it was lost. */
  problem?: Problem;
}

/**
 * Server is what Sunpyter answers: one method a request, in the order in which
 * a client meets them. The name on the wire follows "rpc:".
 */
export interface ServerRequests {
  /**
   * `initialize` must be the first request and is sent once. It has the client's
   * protocol version, name and settings.
   */
  "initialize": { params: InitializeParams; result: InitializeResult };
  /**
   * `shutdown` releases every kernel of this client: its jobs are cancelled and
   * Slurm's acceptance is awaited. With a reload grace the kernels are kept
   * that long for a successor instead. Only exit may follow.
   */
  "shutdown": { params: undefined; result: ShutdownResult };
  /** `cluster/list` returns the clusters that kernel/start accepts. */
  "cluster/list": { params: ClusterListParams; result: ClusterListResult };
  /**
   * `cluster/check` tests the connection to a cluster step by step, without a job unless
   * one is asked for. Each step has its result and advice. The check continues after
   * a warning and stops at the first failure.
   */
  "cluster/check": { params: ClusterCheckParams; result: ClusterCheckResult };
  /**
   * `cluster/resources` asks a cluster's Slurm, once, what this user can ask it
   * for: its partitions with their limits, and the user's accounts. The login
   * stays open for two minutes after it, so that the kernel/start that follows
   * does not log in, or prompt the user, again.
   */
  "cluster/resources": { params: ClusterResourcesParams; result: ClusterResourcesResult };
  /**
   * `cluster/environments` looks for environments in which kernels can run, by one command on
   * the login node that only looks at files: those of conda and its relatives, virtual
   * environments, modules and the user's kernelspecs. It takes two seconds at most and
   * returns what was found until then. Slurm is not asked. As with cluster/resources, the
   * login stays open for two minutes.
   */
  "cluster/environments": { params: ClusterEnvironmentsParams; result: ClusterEnvironmentsResult };
  /**
   * `environment/change` makes an environment with Jupyter and ipykernel on a cluster, installs
   * ipykernel in one, or removes one that it has made: by the commands that it returns, on the
   * login node. Ask with dryRun first, and show the commands. It can take minutes:
   * $/progress reports what pip does, and $/cancelRequest ends it and removes what was made.
   */
  "environment/change": { params: EnvironmentChangeParams; result: EnvironmentChangeResult };
  /**
   * `cluster/estimates` asks a cluster's Slurm when a request would start, and when at most
   * three others would: with fewer CPUs, for a shorter time, in another partition and with
   * another QOS that the user may use. Nothing is submitted. Slurm is asked only if a user
   * wants to know, and an answer is kept for a minute. Jobs that fit into a gap between
   * waiting ones often start sooner than Slurm estimates.
   */
  "cluster/estimates": { params: ClusterEstimatesParams; result: ClusterEstimatesResult };
  /**
   * `kernel/start` asks Slurm for a job, waits for it, starts Jupyter in it and
   * answers once Jupyter's address works from this computer. It can take as
   * long as the queue: $/progress reports each stage, and $/cancelRequest cancels
   * it at any time and leaves nothing behind.
   */
  "kernel/start": { params: KernelStartParams; result: KernelStartResult };
  /**
   * `kernel/takeOver` takes over a kernel that another window, or another computer,
   * started, left or lost. The kernel stays the same, and on this computer so does
   * its URL. The previous owner is notified.
   */
  "kernel/takeOver": { params: KernelTakeOverParams; result: KernelStartResult };
  /**
   * `kernel/reconnect` reconnects a disconnected kernel now. It may prompt the user,
   * which the server itself does only once. It returns when the kernel is ready
   * again, or with the error that prevents it.
   */
  "kernel/reconnect": { params: KernelReconnectParams; result: KernelReconnectResult };
  /**
   * `kernel/list` returns the kernels of this client, those of other windows on this
   * computer and, if asked, all of the user's Sunpyter jobs on a cluster. It also
   * returns kernels that ended recently without being stopped.
   */
  "kernel/list": { params: KernelListParams; result: KernelListResult };
  /**
   * `kernel/stop` cancels kernels at once and returns when Slurm has accepted that.
   * Stopping a kernel that has ended is not an error.
   */
  "kernel/stop": { params: KernelStopParams; result: KernelStopResult };
  /**
   * `kernel/keepAlive` restarts the idle time of a kernel of this client, as if a cell
   * had just run.
   */
  "kernel/keepAlive": { params: KernelKeepAliveParams; result: KernelKeepAliveResult };
  /** `kernel/log` returns the last lines of Jupyter's log. */
  "kernel/log": { params: KernelLogParams; result: KernelLogResult };
  /**
   * `kernel/use` looks at what a kernel's job uses. The kernel may be another window's on this
   * computer. It costs the cluster no login and no request to Slurm, and the node nearly
   * nothing: call it every 5 s while somebody looks. The first call may take a second.
   */
  "kernel/use": { params: KernelUseParams; result: KernelUseResult };
  /**
   * `kernel/link` returns a link that opens Jupyter in a browser. It works once, logs that
   * browser in and carries no token. Until it is used, anyone who sees it can use it: do
   * not put it into a command line, but let the server open it. If another browser uses
   * it too, the user is warned and the first browser is logged out.
   */
  "kernel/link": { params: KernelLinkParams; result: KernelLinkResult };
  /**
   * `file/places` returns the folders on a cluster that are good to begin with. This and the
   * other file methods work without a kernel, over the connection that kernels use too.
   */
  "file/places": { params: FilePlacesParams; result: FilePlacesResult };
  /** `file/list` lists a folder on a cluster, in pages. */
  "file/list": { params: FileListParams; result: FileListResult };
  /** `file/stat` describes a file or folder on a cluster. */
  "file/stat": { params: FileStatParams; result: FileStatResult };
  /** `file/read` returns a part of a file on a cluster. Only regular files are read. */
  "file/read": { params: FileReadParams; result: FileReadResult };
  /**
   * `file/write` replaces a file on a cluster, or creates it, as a whole: others read either
   * the old content or the new one. Permissions, group and links stay.
   */
  "file/write": { params: FileWriteParams; result: FileWriteResult };
  /** `file/mkdir` creates a folder on a cluster. */
  "file/mkdir": { params: FileMkdirParams; result: FileMkdirResult };
  /** `file/rename` renames or moves a file or folder on a cluster. */
  "file/rename": { params: FileRenameParams; result: FileRenameResult };
  /** `file/delete` deletes a file or folder on a cluster for good. */
  "file/delete": { params: FileDeleteParams; result: FileDeleteResult };
  /**
   * `file/upload` sends a file or folder of this computer to a cluster. It may be of any size.
   * If a large file was interrupted or cancelled, the same request continues where it was.
   */
  "file/upload": { params: FileUploadParams; result: FileTransferResult };
  /**
   * `file/download` fetches a file or folder from a cluster. It may be of any size. If a large
   * file was interrupted or cancelled, the same request continues where it was. Nothing is
   * written outside of localPath.
   */
  "file/download": { params: FileDownloadParams; result: FileTransferResult };
  /**
   * `project/scan` looks at a folder of this computer and returns what a copy would hold. It
   * does not connect to a cluster.
   */
  "project/scan": { params: ProjectScanParams; result: ProjectScanResult };
  /**
   * `project/push` makes the copy of a folder on a cluster like the folder. It never changes or
   * deletes a file that was changed on the cluster; see ProjectConflict. After an
   * interruption, the next push continues. kernel/start does it too, while the job starts.
   */
  "project/push": { params: ProjectPushParams; result: ProjectPushResult };
  /**
   * `project/changes` lists the files of a folder's copy that were made or changed on the
   * cluster, such as results, the newest first. If there is no copy, the error is
   * file.not-found.
   */
  "project/changes": { params: ProjectChangesParams; result: ProjectChangesResult };
  /** `project/pull` fetches files of a folder's copy into the folder. */
  "project/pull": { params: ProjectPullParams; result: FileTransferResult };
  /**
   * `shell/open` runs the user's shell, or a command, in a kernel's job: on its node, with its
   * CPUs, memory and GPUs, in the environment of its kernels and in its working directory.
   * The kernel may be another window's on this computer. Its output comes with shell/output
   * and its end with shell/didEnd. It survives lost links, counts as use of the kernel, and
   * ends with the kernel or with this client; after a reload the client can return to it.
   */
  "shell/open": { params: ShellOpenParams; result: ShellOpenResult };
  /**
   * `shell/input` sends input. The answer comes when there is room for more: send one at a
   * time, or their order is not certain.
   */
  "shell/input": { params: ShellInputParams; result: ShellInputResult };
  /** `shell/resize` changes the size of a terminal. */
  "shell/resize": { params: ShellResizeParams; result: ShellResizeResult };
  /**
   * `shell/signal` sends a signal to a command and the processes that it has started. In a
   * terminal, send Ctrl+C as input instead.
   */
  "shell/signal": { params: ShellSignalParams; result: ShellSignalResult };
  /** `shell/close` ends a shell and what runs in it. Closing one that has ended is not an error. */
  "shell/close": { params: ShellCloseParams; result: ShellCloseResult };
}

/** ServerNotifications are the notifications from the client to the server. */
export interface ServerNotifications {
  /**
   * `cluster/didChange` replaces the profiles of the editor's settings. Later requests
   * use the new ones; running kernels are not affected.
   */
  "cluster/didChange": { params: ClusterDidChangeParams };
  /**
   * `exit` ends the server. Without a preceding shutdown it means the same as the end
   * of stdin: release everything.
   */
  "exit": { params: undefined };
  /**
   * `$/cancelRequest` cancels a running request, which is answered with error -32800
   * once everything that it had begun is undone.
   */
  "$/cancelRequest": { params: CancelParams };
}

/**
 * Client has the requests from the server to the client: prompts for the user, and the output
 * of shells. A client that cannot show a prompt answers that it was cancelled.
 */
export interface ClientRequests {
  /**
   * `prompt/secret` asks the user for one line: a passphrase, a password, a one-time
   * code. The client shows the host and the purpose, and masks the answer unless echo is set.
   * It stores nothing.
   */
  "prompt/secret": { params: PromptSecretParams; result: PromptSecretResult };
  /**
   * `prompt/confirm` asks the user for a yes or a no, such as whether an unknown
   * host's key is right.
   */
  "prompt/confirm": { params: PromptConfirmParams; result: PromptConfirmResult };
  /**
   * `shell/output` has output of a shell. The next one comes after the answer, and the shell
   * waits while much is unanswered: answer when the output is shown or written.
   */
  "shell/output": { params: ShellOutputParams; result: ShellOutputResult };
}

/** ClientNotifications are the notifications from the server to the client. */
export interface ClientNotifications {
  /**
   * `session/didChange` is sent at each change of a session. It has the whole session,
   * so a client only needs to keep the latest.
   */
  "session/didChange": { params: SessionDidChangeParams };
  /** `$/progress` reports the progress of a request that has a progress token. */
  "$/progress": { params: ProgressParams };
  /**
   * `window/showMessage` has a message for the user: a host's login banner, a retry of a busy
   * host, a part of the ssh configuration that is not supported. It is logged too.
   */
  "window/showMessage": { params: ShowMessageParams };
  /** `window/logMessage` is a line for the client's log. It never has a secret. */
  "window/logMessage": { params: LogMessageParams };
  /** `shell/didEnd` reports the end of a shell, after all of its output. */
  "shell/didEnd": { params: ShellDidEndParams };
}

/** The numbers in a JSON-RPC error object. */
export const ErrorCode = {
  /** The frame is not JSON. */
  Parse: -32700,
  /** Not a request, initialize came twice, or a request came after shutdown. */
  InvalidRequest: -32600,
  /** No such method. */
  MethodNotFound: -32601,
  /** A member has the wrong type or a value that is not allowed. */
  InvalidParams: -32602,
  /** A bug in the server. */
  Internal: -32603,
  /** A request came before initialize. */
  NotInitialized: -32002,
  /** Cancelled by $/cancelRequest; everything begun was undone. */
  RequestCancelled: -32800,
  /** The server does not speak the client's protocol version. */
  Version: 1,
  /** The request failed; data has the Problem. */
  Failed: 2,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** The codes that a Problem can have today. More may be added. */
export const ProblemCode = {
  /** A bug in Sunpyter. The log has more. */
  Internal: "internal",
  /** The user or the editor cancelled it. Nothing is left behind. */
  Cancelled: "cancelled",
  /** A value in the request is not allowed; the answer names it. */
  BadRequest: "request.invalid",
  /** The server does not speak the client's version of the protocol. */
  BadVersion: "request.version",
  /** The configuration file cannot be read or holds a wrong value. */
  BadConfig: "config.invalid",
  /** The host's name does not resolve. */
  HostUnknown: "ssh.host-unknown",
  /** The host answers, but not on that port. */
  ConnectRefused: "ssh.connection-refused",
  /** No answer within the deadline. */
  ConnectTimeout: "ssh.timeout",
  /** The network failed in another way (no route, reset). */
  ConnectFailed: "ssh.connection-failed",
  /** The host's key is in no known_hosts file and was not accepted. */
  HostKeyUnknown: "ssh.host-key-unknown",
  /** The host's key is not the known one. Everything stops. */
  HostKeyChanged: "ssh.host-key-changed",
  /** The host accepted none of the keys or answers. Never retried automatically. */
  AuthRefused: "ssh.auth-refused",
  /** There is no key to offer at all: no agent, no key file. */
  NoKey: "ssh.no-key",
  /** SSH was spoken, but no agreement found (algorithms, garbage, closed early). */
  HandshakeFailed: "ssh.handshake-failed",
  /** A directive of the ssh configuration is not supported. */
  SSHConfig: "ssh.config",
  /** The connection broke while it was in use. */
  LinkLost: "ssh.link-lost",
  /** The host refuses port forwarding (AllowTcpForwarding, AllowStreamLocalForwarding). */
  ForwardRefused: "ssh.forward-refused",
  /** A command on the login node could not be run or failed unexpectedly. */
  CommandFailed: "ssh.command-failed",
  /** No local port could be opened. */
  PortTaken: "local.port",
  /** This computer is a login node or a compute node itself. */
  OnCluster: "local.on-cluster",
  /** The records of kernels on this computer cannot be read or written. */
  LocalState: "local.state",
  /** The host offers no SFTP, so the files on it cannot be read or written. */
  NoSFTP: "file.no-sftp",
  /** No file or folder on the cluster has this path. */
  FileNotFound: "file.not-found",
  /** The user may not read or write it. */
  FileDenied: "file.permission-denied",
  /** There is a file or folder of that name already. */
  FileExists: "file.exists",
  /** The file is not the version that the client knows, so it was not overwritten. */
  FileChanged: "file.changed",
  /** A file was expected, and it is a folder. */
  FileIsDirectory: "file.is-directory",
  /** A folder was expected, and it is a file. */
  FileNotDirectory: "file.not-directory",
  /** The folder to delete has something in it. */
  FileNotEmpty: "file.not-empty",
  /** The disk on the cluster is full, or the user is over quota. */
  FileNoSpace: "file.no-space",
  /** The cluster failed to read or write a file in another way. */
  FileFailed: "file.failed",
  /** The folder on the cluster is not a copy of this one. It is used after a yes. */
  ProjectNotOurs: "project.not-ours",
  /** The folder has more or larger files than are copied. */
  ProjectTooLarge: "project.too-large",
  /** A file on this computer cannot be read or written. */
  LocalFile: "local.file",
  /** Slurm's commands are not found on the host. */
  SlurmMissing: "slurm.not-found",
  /** Slurm rejected the request; the answer has its message. */
  SlurmRejected: "slurm.rejected",
  /** The site's own file allows a kernel less than was asked for. */
  SiteLimit: "site.limit",
  /** Slurm's controller does not answer. Try again later. */
  SlurmUnreachable: "slurm.unreachable",
  /** Slurm does not know this job, or no longer. */
  SlurmUnknownJob: "slurm.unknown-job",
  /** Slurm's answer cannot be understood. */
  SlurmOutput: "slurm.output",
  /** The home directory on the cluster is full, read-only or over quota. */
  HomeNotWritable: "job.home-not-writable",
  /** The working directory does not exist or cannot be entered. */
  WorkdirMissing: "job.workdir-missing",
  /** The working directory cannot be written. */
  WorkdirNotWritable: "job.workdir-not-writable",
  /** The compute node has no space for a private directory. */
  NodeDiskFull: "job.node-disk-full",
  /** A module, conda environment, virtual environment or set-up line failed. */
  EnvironmentFailed: "job.environment-failed",
  /** The cluster has no environment of this name, or more than one. */
  EnvironmentUnknown: "job.environment-unknown",
  /** The Python of the environment is gone, or does not run. */
  EnvironmentBroken: "job.environment-broken",
  /** A variable, or packages in ~/.local, take the place of those of the environment. */
  EnvironmentShadowed: "job.environment-shadowed",
  /** Ipykernel is not in the environment, or is for another Python. */
  KernelMissing: "job.kernel-missing",
  /** The image of the container is not there, cannot be read, or is no image. */
  ContainerImage: "job.container-image",
  /** No program that runs the image is on the compute node. */
  ContainerRuntime: "job.container-runtime",
  /** The compute node does not allow users what a container needs. */
  ContainerNamespaces: "job.container-namespaces",
  /** There is no Python in the image. */
  ContainerPython: "job.container-python",
  /** The image is for processors of another kind. */
  ContainerArchitecture: "job.container-architecture",
  /** The container does not start; the answer has the words of the program that runs it. */
  ContainerFailed: "job.container-failed",
  /** An environment could not be made, changed or removed. */
  EnvironmentChange: "environment.change-failed",
  /** The login node reaches no index to install Python packages from. */
  EnvironmentNoIndex: "environment.no-index",
  /** No Jupyter in the job's environment. */
  JupyterMissing: "job.jupyter-missing",
  /** Jupyter ended; its last lines are in the answer. */
  JupyterDied: "job.jupyter-died",
  /** Jupyter did not answer within the deadline. */
  JupyterSilent: "job.jupyter-silent",
  /** Jupyter runs, but its kernel does not start or does not run a cell. */
  KernelFailed: "job.kernel-failed",
  /** No route led into the job. */
  NoRoute: "job.no-route",
  /** The compute node's host key is not the one that the job wrote. */
  NodeKeyMismatch: "job.node-key-mismatch",
  /**
   * The job sees fewer GPUs than were asked for. Only in a session's notice, as
   * are the three that follow.
   */
  GPUMissing: "job.gpu-missing",
  /** The driver of the node's GPUs does not work, or does not match its library. */
  GPUDriver: "job.gpu-driver",
  /** The job has fewer CPUs or less memory than was asked for. */
  FewerResources: "job.fewer-resources",
  /** The job sees GPUs or CPUs that are not its own, or its memory has no limit. */
  NotConfined: "job.not-confined",
  /** The route led into another job on that node. */
  WrongJob: "job.wrong-job",
  /** A terminal or a command could not be opened in the job. */
  ShellFailed: "shell.failed",
  /** A terminal or a command is not in the job any more, and its end was not seen. */
  ShellLost: "shell.lost",
  /** Someone else cancelled the job. */
  JobCancelled: "ended.cancelled",
  /** The job's time limit ended it. */
  JobTimeLimit: "ended.time-limit",
  /** The job used more memory than it asked for. */
  JobOutOfMemory: "ended.out-of-memory",
  /** The compute node failed. */
  JobNodeFailed: "ended.node-failed",
  /** Another job took the node. */
  JobPreempted: "ended.preempted",
  /** Slurm started the job again; the kernel of the first run is gone. */
  JobRequeued: "ended.requeued",
  /** The job ended with an error of its own. */
  JobFailed: "ended.failed",
  /** The job ended, and Slurm gave no reason. */
  JobEnded: "ended.unknown",
  /** The job's script finished. */
  JobCompleted: "ended.completed",
  /** Slurm removed the job at the deadline that was asked for. */
  JobDeadline: "ended.deadline",
  /** Another cluster of the federation took the job. */
  JobRevoked: "ended.revoked",
  /** Slurm could not start the job on its node. */
  JobLaunchFailed: "ended.launch-failed",
  /** This computer was offline for longer than the grace, so the job stopped. */
  LeaseExpired: "ended.no-sign-of-owner",
  /** The kernel was not used for its idle time and was stopped. */
  JobIdle: "ended.idle",
  /** It was stopped from another window or terminal on this computer. */
  StoppedElsewhere: "ended.stopped-elsewhere",
  /** Another window or laptop took the session over. */
  TakenOver: "ended.taken-over",
  /** Slurm did not confirm that the job was cancelled; it stops when its lease expires. */
  ReleaseUnconfirmed: "release.unconfirmed",
  /** No session has this id. */
  UnknownSession: "session.unknown",
  /** No profile or host has this name. */
  UnknownCluster: "cluster.unknown",
  /** A prompt could not be shown or was dismissed. */
  PromptUnanswered: "prompt.unanswered",
} as const;
export type ProblemCode = (typeof ProblemCode)[keyof typeof ProblemCode];

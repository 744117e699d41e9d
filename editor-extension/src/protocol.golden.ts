// Code generated from the Go types in protocol/ by go generate ./protocol. DO NOT EDIT.
// The compiler checks the golden messages of protocol/testdata/golden against the types.

import type * as protocol from "./protocol.js";

interface Message {
  jsonrpc: "2.0";
}
interface ErrorResponse extends Message {
  id: number | string | null;
  error: { code: protocol.ErrorCode; message: string; data?: protocol.Problem };
}

export const goldens = [
// cancelRequest.notification
{
  "jsonrpc": "2.0",
  "method": "$/cancelRequest",
  "params": {
    "id": 4
  }
} satisfies Message & { method: "$/cancelRequest"; params: protocol.CancelParams },
// cancelRequest.string.notification
{
  "jsonrpc": "2.0",
  "method": "$/cancelRequest",
  "params": {
    "id": "takeover-1"
  }
} satisfies Message & { method: "$/cancelRequest"; params: protocol.CancelParams },
// cluster-check.full.request
{
  "jsonrpc": "2.0",
  "id": 3,
  "method": "cluster/check",
  "params": {
    "cluster": "sunbird",
    "full": true
  }
} satisfies Message & { id: number | string; method: "cluster/check"; params: protocol.ClusterCheckParams },
// cluster-check.host-unknown.error
{
  "jsonrpc": "2.0",
  "id": 3,
  "error": {
    "code": 2,
    "message": "connecting to sunbrid.swansea.ac.uk port 22: no such host. Check the spelling, and whether this computer is online",
    "data": {
      "code": "ssh.host-unknown",
      "message": "connecting to sunbrid.swansea.ac.uk port 22: no such host. Check the spelling, and whether this computer is online",
      "tried": "connecting to sunbrid.swansea.ac.uk port 22",
      "answer": "no such host",
      "advice": "Check the spelling, and whether this computer is online"
    }
  }
} satisfies ErrorResponse,
// cluster-check.request
{
  "jsonrpc": "2.0",
  "id": 3,
  "method": "cluster/check",
  "params": {
    "cluster": "sunbird",
    "user": "alice",
    "progressToken": "check-1"
  }
} satisfies Message & { id: number | string; method: "cluster/check"; params: protocol.ClusterCheckParams },
// cluster-check.result
{
  "jsonrpc": "2.0",
  "id": 3,
  "result": {
    "ok": false,
    "cluster": "sunbird",
    "host": "sunbird.swansea.ac.uk",
    "user": "alice",
    "steps": [
      {
        "name": "computer",
        "title": "This computer",
        "outcome": "ok",
        "detail": "not a computer of a cluster",
        "milliseconds": 0
      },
      {
        "name": "login",
        "title": "Login",
        "outcome": "warning",
        "detail": "logged in as alice; a password was asked for",
        "advice": "Make a key",
        "milliseconds": 412
      },
      {
        "name": "slurm",
        "title": "Slurm's commands",
        "outcome": "ok",
        "detail": "Slurm 22.05.8",
        "milliseconds": 95
      },
      {
        "name": "home",
        "title": "Room in the home directory",
        "outcome": "failed",
        "detail": "Disk quota exceeded",
        "advice": "Free some room in the home directory on sunbird.swansea.ac.uk",
        "code": "job.home-not-writable",
        "milliseconds": 120
      },
      {
        "name": "workdir",
        "title": "Working directory",
        "outcome": "skipped",
        "milliseconds": 0
      }
    ],
    "report": "Sunpyter check of Sunbird (USER@sunbird.swansea.ac.uk)\n[FAILED] Room in the home directory (120 ms)\n    Disk quota exceeded\n"
  }
} satisfies Message & { id: number | string; result: protocol.ClusterCheckResult },
// cluster-didChange.none.notification
{
  "jsonrpc": "2.0",
  "method": "cluster/didChange",
  "params": {
    "clusters": []
  }
} satisfies Message & { method: "cluster/didChange"; params: protocol.ClusterDidChangeParams },
// cluster-didChange.notification
{
  "jsonrpc": "2.0",
  "method": "cluster/didChange",
  "params": {
    "clusters": [
      {
        "name": "hawk",
        "title": "Hawk",
        "host": "hawk.example",
        "keysOnly": true,
        "request": {
          "account": "scw1000"
        }
      }
    ]
  }
} satisfies Message & { method: "cluster/didChange"; params: protocol.ClusterDidChangeParams },
// cluster-environments.request
{
  "jsonrpc": "2.0",
  "id": 14,
  "method": "cluster/environments",
  "params": {
    "cluster": "sunbird",
    "user": "alice",
    "workingDirectory": "/cdt_storage/$USER",
    "project": "/cdt_storage/alice/thesis",
    "refresh": true,
    "progressToken": "environments-1"
  }
} satisfies Message & { id: number | string; method: "cluster/environments"; params: protocol.ClusterEnvironmentsParams },
// cluster-environments.result
{
  "jsonrpc": "2.0",
  "id": 14,
  "result": {
    "cluster": "sunbird",
    "title": "Sunbird",
    "environments": [
      {
        "kind": "conda",
        "name": "myenv",
        "path": "/home/alice/miniforge3/envs/myenv",
        "pythonVersion": "3.12.1",
        "kernel": "yes",
        "jupyter": "no",
        "request": {
          "name": "/home/alice/miniforge3/envs/myenv"
        }
      },
      {
        "kind": "kernelspec",
        "name": "R 4.3",
        "path": "/home/alice/.local/share/jupyter/kernels/ir",
        "language": "R",
        "kernel": "yes",
        "jupyter": "no"
      },
      {
        "kind": "module",
        "name": "anaconda/2021.05",
        "kernel": "unknown",
        "jupyter": "unknown",
        "request": {
          "name": "anaconda/2021.05"
        }
      },
      {
        "kind": "venv",
        "name": "thesis",
        "manager": "uv",
        "path": "/cdt_storage/alice/thesis/.venv",
        "pythonVersion": "3.9",
        "kernel": "no",
        "jupyter": "no",
        "problem": "its Python /usr/bin/python3.9 is gone"
      }
    ],
    "incomplete": true
  }
} satisfies Message & { id: number | string; result: protocol.ClusterEnvironmentsResult },
// cluster-estimates.request
{
  "jsonrpc": "2.0",
  "id": 12,
  "method": "cluster/estimates",
  "params": {
    "cluster": "sunbird",
    "user": "alice",
    "request": {
      "cpus": 8,
      "timeLimitSeconds": 14400
    },
    "progressToken": "estimates-1"
  }
} satisfies Message & { id: number | string; method: "cluster/estimates"; params: protocol.ClusterEstimatesParams },
// cluster-estimates.result
{
  "jsonrpc": "2.0",
  "id": 12,
  "result": {
    "estimates": [
      {
        "change": "none",
        "request": {
          "cpus": 8,
          "timeLimitSeconds": 14400,
          "partition": "s_compute_cdt"
        },
        "outcome": "later",
        "startsAt": "2026-07-29T14:20:00Z"
      },
      {
        "change": "fewer-cpus",
        "request": {
          "cpus": 2,
          "timeLimitSeconds": 14400,
          "partition": "s_compute_cdt"
        },
        "outcome": "now"
      },
      {
        "change": "partition",
        "request": {
          "cpus": 8,
          "timeLimitSeconds": 14400,
          "partition": "s_highmem_cdt"
        },
        "outcome": "unknown",
        "reason": "its nodes are busy"
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.ClusterEstimatesResult },
// cluster-list.request
{
  "jsonrpc": "2.0",
  "id": 2,
  "method": "cluster/list",
  "params": {}
} satisfies Message & { id: number | string; method: "cluster/list"; params: protocol.ClusterListParams },
// cluster-list.result
{
  "jsonrpc": "2.0",
  "id": 2,
  "result": {
    "clusters": [
      {
        "name": "sunbird",
        "title": "Sunbird",
        "host": "sunbird.swansea.ac.uk",
        "source": "built-in",
        "request": {
          "partition": "s_highmem_cdt",
          "workingDirectory": "/cdt_storage/$USER",
          "environment": {
            "modules": [
              "anaconda/2021.05"
            ]
          }
        }
      },
      {
        "name": "lab",
        "title": "Our own machines",
        "host": "login.lab.example",
        "user": "alice",
        "source": "/home/alice/.config/sunpyter/config.toml",
        "request": {
          "cpus": 4,
          "memoryMiB": 16384,
          "timeLimitSeconds": 28800,
          "gpus": "a100:2",
          "gres": "shard:1",
          "account": "scw1000",
          "qos": "interactive",
          "reservation": "course",
          "constraint": "haswell",
          "workingDirectory": "~/notebooks",
          "environment": {
            "conda": "course",
            "venv": "~/venvs/course",
            "setup": [
              "ulimit -c 0"
            ],
            "variables": {
              "OMP_NUM_THREADS": "4"
            }
          },
          "sbatchOptions": [
            "--exclude=scs0150"
          ],
          "graceSeconds": 1800
        }
      },
      {
        "name": "hawk",
        "title": "Hawk",
        "host": "hawk",
        "source": "editor",
        "request": {
          "cpus": 2
        }
      }
    ],
    "default": "sunbird",
    "sshHosts": [
      "gateway",
      "login.lab.example"
    ],
    "problems": [
      {
        "code": "config.invalid",
        "message": "reading the cluster \"gpu lab\" in the setting sunpyter.clusters: host: \"gpu lab\" cannot be the name of a host. Correct it in the editor's settings.",
        "tried": "reading the cluster \"gpu lab\" in the setting sunpyter.clusters",
        "answer": "host: \"gpu lab\" cannot be the name of a host",
        "advice": "Correct it in the editor's settings."
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.ClusterListResult },
// cluster-resources.no-accounting.result
{
  "jsonrpc": "2.0",
  "id": 12,
  "result": {
    "cluster": "lab",
    "title": "Our own machines",
    "host": "login.lab.example",
    "user": "alice",
    "partitions": [
      {
        "name": "all",
        "default": true,
        "up": true
      }
    ],
    "accounts": []
  }
} satisfies Message & { id: number | string; result: protocol.ClusterResourcesResult },
// cluster-resources.request
{
  "jsonrpc": "2.0",
  "id": 11,
  "method": "cluster/resources",
  "params": {
    "cluster": "sunbird",
    "user": "alice",
    "progressToken": "resources-1"
  }
} satisfies Message & { id: number | string; method: "cluster/resources"; params: protocol.ClusterResourcesParams },
// cluster-resources.result
{
  "jsonrpc": "2.0",
  "id": 11,
  "result": {
    "cluster": "sunbird",
    "title": "Sunbird",
    "host": "sunbird.swansea.ac.uk",
    "user": "alice",
    "request": {
      "cpus": 1,
      "timeLimitSeconds": 7200
    },
    "slurmVersion": "22.05.8",
    "partitions": [
      {
        "name": "s_highmem_cdt",
        "title": "Large memory",
        "description": "For data that needs more than 4 GB for each CPU",
        "default": false,
        "up": true,
        "state": "UP",
        "maxTimeSeconds": 172800,
        "defaultTimeSeconds": 3600,
        "maxCpus": 40,
        "memoryMiB": 772000,
        "defaultMemoryMiBPerCpu": 19000,
        "free": {
          "nodes": 0,
          "cpus": 0
        }
      },
      {
        "name": "s_gpu_cdt",
        "default": true,
        "up": true,
        "state": "UP",
        "maxCpus": 40,
        "memoryMiB": 190000,
        "defaultMemoryMiBPerNode": 8192,
        "gpus": [
          "a100:2"
        ],
        "free": {
          "nodes": 1,
          "cpus": 52,
          "gpus": [
            "a100:3"
          ]
        }
      },
      {
        "name": "s_old_cdt",
        "default": false,
        "up": false,
        "state": "DOWN"
      }
    ],
    "accounts": [
      {
        "name": "scw1000",
        "default": true,
        "qos": [
          "normal",
          "interactive"
        ]
      },
      {
        "name": "scw2000",
        "default": false,
        "partitions": [
          "s_gpu_cdt"
        ],
        "qos": [
          "normal"
        ]
      }
    ],
    "askedAt": "2026-07-29T10:00:00Z"
  }
} satisfies Message & { id: number | string; result: protocol.ClusterResourcesResult },
// environment-change.request
{
  "jsonrpc": "2.0",
  "id": 15,
  "method": "environment/change",
  "params": {
    "cluster": "sunbird",
    "user": "alice",
    "action": "create",
    "path": "/cdt_storage/$USER/sunpyter-environment",
    "dryRun": true,
    "progressToken": "change-1"
  }
} satisfies Message & { id: number | string; method: "environment/change"; params: protocol.EnvironmentChangeParams },
// environment-change.result
{
  "jsonrpc": "2.0",
  "id": 15,
  "result": {
    "path": "/cdt_storage/alice/sunpyter-environment",
    "commands": [
      "python3 -m venv /cdt_storage/alice/sunpyter-environment",
      "/cdt_storage/alice/sunpyter-environment/bin/python -m pip install jupyter-server ipykernel"
    ],
    "environment": {
      "kind": "venv",
      "name": "sunpyter-environment",
      "path": "/cdt_storage/alice/sunpyter-environment",
      "pythonVersion": "3.11.2",
      "kernel": "yes",
      "jupyter": "yes",
      "request": {
        "name": "/cdt_storage/alice/sunpyter-environment"
      }
    }
  }
} satisfies Message & { id: number | string; result: protocol.EnvironmentChangeResult },
// exit.notification
{
  "jsonrpc": "2.0",
  "method": "exit"
} satisfies Message & { method: "exit" },
// file-delete.request
{
  "jsonrpc": "2.0",
  "id": 50,
  "method": "file/delete",
  "params": {
    "cluster": "sunbird",
    "path": "/home/s.alice/project",
    "recursive": true
  }
} satisfies Message & { id: number | string; method: "file/delete"; params: protocol.FileDeleteParams },
// file-delete.result
{
  "jsonrpc": "2.0",
  "id": 50,
  "result": {}
} satisfies Message & { id: number | string; result: protocol.FileDeleteResult },
// file-download.request
{
  "jsonrpc": "2.0",
  "id": 52,
  "method": "file/download",
  "params": {
    "cluster": "sunbird",
    "path": "/scratch/s.alice/results",
    "localPath": "/home/alice/results"
  }
} satisfies Message & { id: number | string; method: "file/download"; params: protocol.FileDownloadParams },
// file-download.result
{
  "jsonrpc": "2.0",
  "id": 52,
  "result": {
    "files": 12,
    "bytes": 734003,
    "skipped": [
      {
        "path": "/scratch/s.alice/results/latest",
        "reason": "it is a symbolic link"
      }
    ],
    "changed": [
      "/scratch/s.alice/results/run.log"
    ]
  }
} satisfies Message & { id: number | string; result: protocol.FileTransferResult },
// file-list.next.request
{
  "jsonrpc": "2.0",
  "id": 43,
  "method": "file/list",
  "params": {
    "cluster": "sunbird",
    "path": "/home/s.alice",
    "after": "project"
  }
} satisfies Message & { id: number | string; method: "file/list"; params: protocol.FileListParams },
// file-list.request
{
  "jsonrpc": "2.0",
  "id": 42,
  "method": "file/list",
  "params": {
    "cluster": "sunbird",
    "path": "~",
    "limit": 3
  }
} satisfies Message & { id: number | string; method: "file/list"; params: protocol.FileListParams },
// file-list.result
{
  "jsonrpc": "2.0",
  "id": 42,
  "result": {
    "path": "/home/s.alice",
    "entries": [
      {
        "name": "analysis.ipynb",
        "type": "file",
        "size": 18234,
        "modifiedAt": "2026-03-02T09:10:00Z",
        "mode": "644",
        "version": "1772442600-18234"
      },
      {
        "name": "caf%E9.csv",
        "type": "file",
        "link": true,
        "size": 120,
        "modifiedAt": "2026-03-01T17:30:00Z",
        "mode": "600",
        "version": "1772386200-120"
      },
      {
        "name": "project",
        "type": "directory",
        "size": 4096,
        "modifiedAt": "2026-03-02T09:00:00Z",
        "mode": "755",
        "version": "1772442000-4096"
      }
    ],
    "total": 17,
    "more": true
  }
} satisfies Message & { id: number | string; result: protocol.FileListResult },
// file-mkdir.request
{
  "jsonrpc": "2.0",
  "id": 48,
  "method": "file/mkdir",
  "params": {
    "cluster": "sunbird",
    "path": "/home/s.alice/project",
    "parents": true
  }
} satisfies Message & { id: number | string; method: "file/mkdir"; params: protocol.FileMkdirParams },
// file-mkdir.result
{
  "jsonrpc": "2.0",
  "id": 48,
  "result": {
    "entry": {
      "name": "project",
      "path": "/home/s.alice/project",
      "type": "directory",
      "size": 4096,
      "modifiedAt": "2026-03-02T09:00:00Z",
      "mode": "755",
      "version": "1772442000-4096"
    }
  }
} satisfies Message & { id: number | string; result: protocol.FileMkdirResult },
// file-places.request
{
  "jsonrpc": "2.0",
  "id": 41,
  "method": "file/places",
  "params": {
    "cluster": "sunbird"
  }
} satisfies Message & { id: number | string; method: "file/places"; params: protocol.FilePlacesParams },
// file-places.result
{
  "jsonrpc": "2.0",
  "id": 41,
  "result": {
    "home": "/home/s.alice",
    "workingDirectory": "/scratch/s.alice"
  }
} satisfies Message & { id: number | string; result: protocol.FilePlacesResult },
// file-read.request
{
  "jsonrpc": "2.0",
  "id": 45,
  "method": "file/read",
  "params": {
    "cluster": "sunbird",
    "path": "/home/s.alice/data.csv",
    "offset": 2097152,
    "limit": 2097152
  }
} satisfies Message & { id: number | string; method: "file/read"; params: protocol.FileReadParams },
// file-read.result
{
  "jsonrpc": "2.0",
  "id": 45,
  "result": {
    "content": "eCx5CjEsMgo=",
    "entry": {
      "name": "data.csv",
      "path": "/home/s.alice/data.csv",
      "type": "file",
      "size": 2097160,
      "modifiedAt": "2026-03-02T09:00:00Z",
      "mode": "644",
      "version": "1772442000-2097160"
    },
    "end": true
  }
} satisfies Message & { id: number | string; result: protocol.FileReadResult },
// file-rename.request
{
  "jsonrpc": "2.0",
  "id": 49,
  "method": "file/rename",
  "params": {
    "cluster": "sunbird",
    "path": "/home/s.alice/caf%E9.csv",
    "newPath": "/home/s.alice/café.csv"
  }
} satisfies Message & { id: number | string; method: "file/rename"; params: protocol.FileRenameParams },
// file-rename.result
{
  "jsonrpc": "2.0",
  "id": 49,
  "result": {
    "entry": {
      "name": "café.csv",
      "path": "/home/s.alice/café.csv",
      "type": "file",
      "size": 120,
      "modifiedAt": "2026-03-01T17:30:00Z",
      "mode": "600",
      "version": "1772386200-120"
    }
  }
} satisfies Message & { id: number | string; result: protocol.FileRenameResult },
// file-stat.request
{
  "jsonrpc": "2.0",
  "id": 44,
  "method": "file/stat",
  "params": {
    "cluster": "sunbird",
    "path": "analysis.ipynb"
  }
} satisfies Message & { id: number | string; method: "file/stat"; params: protocol.FileStatParams },
// file-stat.result
{
  "jsonrpc": "2.0",
  "id": 44,
  "result": {
    "entry": {
      "name": "analysis.ipynb",
      "path": "/home/s.alice/analysis.ipynb",
      "type": "file",
      "size": 18234,
      "modifiedAt": "2026-03-02T09:10:00Z",
      "mode": "644",
      "version": "1772442600-18234"
    }
  }
} satisfies Message & { id: number | string; result: protocol.FileStatResult },
// file-upload.request
{
  "jsonrpc": "2.0",
  "id": 51,
  "method": "file/upload",
  "params": {
    "cluster": "sunbird",
    "localPath": "/home/alice/data.csv",
    "path": "/scratch/s.alice/data.csv",
    "overwrite": true,
    "progressToken": "p9"
  }
} satisfies Message & { id: number | string; method: "file/upload"; params: protocol.FileUploadParams },
// file-upload.result
{
  "jsonrpc": "2.0",
  "id": 51,
  "result": {
    "files": 1,
    "bytes": 104857600,
    "skipped": []
  }
} satisfies Message & { id: number | string; result: protocol.FileTransferResult },
// file-write.changed.error
{
  "jsonrpc": "2.0",
  "id": 46,
  "error": {
    "code": 2,
    "message": "writing /home/s.alice/analysis.ipynb on Sunbird: the file was changed on the cluster since you opened it. Compare the two, then save again to overwrite it.",
    "data": {
      "code": "file.changed",
      "message": "writing /home/s.alice/analysis.ipynb on Sunbird: the file was changed on the cluster since you opened it. Compare the two, then save again to overwrite it.",
      "tried": "writing /home/s.alice/analysis.ipynb on Sunbird",
      "answer": "the file was changed on the cluster since you opened it",
      "advice": "Compare the two, then save again to overwrite it."
    }
  }
} satisfies ErrorResponse,
// file-write.new.request
{
  "jsonrpc": "2.0",
  "id": 47,
  "method": "file/write",
  "params": {
    "cluster": "sunbird",
    "path": "/home/s.alice/notes.txt",
    "content": "",
    "new": true
  }
} satisfies Message & { id: number | string; method: "file/write"; params: protocol.FileWriteParams },
// file-write.request
{
  "jsonrpc": "2.0",
  "id": 46,
  "method": "file/write",
  "params": {
    "cluster": "sunbird",
    "path": "/home/s.alice/analysis.ipynb",
    "content": "e30K",
    "version": "1772442600-18234"
  }
} satisfies Message & { id: number | string; method: "file/write"; params: protocol.FileWriteParams },
// file-write.result
{
  "jsonrpc": "2.0",
  "id": 46,
  "result": {
    "entry": {
      "name": "analysis.ipynb",
      "path": "/home/s.alice/analysis.ipynb",
      "type": "file",
      "size": 3,
      "modifiedAt": "2026-03-02T09:12:00Z",
      "mode": "644",
      "version": "1772442720-3"
    }
  }
} satisfies Message & { id: number | string; result: protocol.FileWriteResult },
// initialize.clusters.request
{
  "jsonrpc": "2.0",
  "id": 1,
  "method": "initialize",
  "params": {
    "protocolVersion": 2,
    "clientInfo": {
      "name": "vscode",
      "version": "1.101.0"
    },
    "reloadGraceSeconds": 30,
    "clusters": [
      {
        "name": "sunbird",
        "user": "alice",
        "request": {
          "cpus": 2,
          "graceSeconds": 1800
        }
      },
      {
        "name": "hawk",
        "title": "Hawk",
        "host": "hawk.example",
        "user": "c.alice",
        "sshConfig": "~/.ssh/hawk",
        "keysOnly": false,
        "request": {
          "partition": "dev",
          "memoryMiB": 8192
        }
      }
    ]
  }
} satisfies Message & { id: number | string; method: "initialize"; params: protocol.InitializeParams },
// initialize.request
{
  "jsonrpc": "2.0",
  "id": 1,
  "method": "initialize",
  "params": {
    "protocolVersion": 2,
    "clientInfo": {
      "name": "vscode",
      "version": "1.101.0"
    },
    "reloadGraceSeconds": 30
  }
} satisfies Message & { id: number | string; method: "initialize"; params: protocol.InitializeParams },
// initialize.result
{
  "jsonrpc": "2.0",
  "id": 1,
  "result": {
    "protocolVersion": 2,
    "serverInfo": {
      "name": "sunpyter",
      "version": "0.1.0"
    },
    "configFile": "/home/alice/.config/sunpyter/config.toml"
  }
} satisfies Message & { id: number | string; result: protocol.InitializeResult },
// initialize.twice.error
{
  "jsonrpc": "2.0",
  "id": "second",
  "error": {
    "code": -32600,
    "message": "initialize was received already; it comes once",
    "data": {
      "code": "request.invalid",
      "message": "initialize was received already; it comes once"
    }
  }
} satisfies ErrorResponse,
// initialize.version.error
{
  "jsonrpc": "2.0",
  "id": 1,
  "error": {
    "code": 1,
    "message": "starting Sunpyter: the client speaks version 1 of the protocol, and this sunpyter program speaks version 2. Update the client. In VS Code, update the Sunpyter extension in the Extensions view and reload the window.",
    "data": {
      "code": "request.version",
      "message": "starting Sunpyter: the client speaks version 1 of the protocol, and this sunpyter program speaks version 2. Update the client. In VS Code, update the Sunpyter extension in the Extensions view and reload the window.",
      "tried": "starting Sunpyter",
      "answer": "the client speaks version 1 of the protocol, and this sunpyter program speaks version 2",
      "advice": "Update the client. In VS Code, update the Sunpyter extension in the Extensions view and reload the window."
    }
  }
} satisfies ErrorResponse,
// kernel-keepAlive.request
{
  "jsonrpc": "2.0",
  "id": 10,
  "method": "kernel/keepAlive",
  "params": {
    "sessionId": "k3v9q2"
  }
} satisfies Message & { id: number | string; method: "kernel/keepAlive"; params: protocol.KernelKeepAliveParams },
// kernel-keepAlive.result
{
  "jsonrpc": "2.0",
  "id": 10,
  "result": {
    "idleSeconds": 3600
  }
} satisfies Message & { id: number | string; result: protocol.KernelKeepAliveResult },
// kernel-link.request
{
  "jsonrpc": "2.0",
  "id": 9,
  "method": "kernel/link",
  "params": {
    "sessionId": "k3v9q2"
  }
} satisfies Message & { id: number | string; method: "kernel/link"; params: protocol.KernelLinkParams },
// kernel-link.result
{
  "jsonrpc": "2.0",
  "id": 9,
  "result": {
    "link": "http://127.0.0.1:41234/open/q7Jm3Zt0"
  }
} satisfies Message & { id: number | string; result: protocol.KernelLinkResult },
// kernel-list.empty.result
{
  "jsonrpc": "2.0",
  "id": 5,
  "result": {
    "sessions": []
  }
} satisfies Message & { id: number | string; result: protocol.KernelListResult },
// kernel-list.ended.result
{
  "jsonrpc": "2.0",
  "id": 5,
  "result": {
    "sessions": [
      {
        "id": "k3f00c0ffee2",
        "state": "ready",
        "cluster": "sunbird",
        "title": "Sunbird",
        "host": "sunbird.swansea.ac.uk",
        "user": "alice",
        "owned": false,
        "remote": true,
        "generation": 0,
        "jobId": "4720",
        "cpus": 1,
        "node": "scs0152"
      }
    ],
    "ended": [
      {
        "id": "k3f00c0ffee1",
        "state": "ended",
        "cluster": "sunbird",
        "title": "Sunbird",
        "host": "sunbird.swansea.ac.uk",
        "owned": false,
        "generation": 1,
        "jobId": "4700",
        "cpus": 1,
        "endedAt": "2026-03-02T11:30:00Z",
        "cause": {
          "code": "ended.no-sign-of-owner",
          "message": "job 4700 stopped: nothing heard from your computer for 15 min. Start a new kernel.",
          "answer": "job 4700 stopped: nothing heard from your computer for 15 min",
          "advice": "Start a new kernel."
        }
      }
    ],
    "problems": [
      {
        "code": "local.state",
        "message": "reading what this computer knows of a kernel: unexpected end of JSON input",
        "tried": "reading what this computer knows of a kernel",
        "answer": "unexpected end of JSON input"
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.KernelListResult },
// kernel-list.request
{
  "jsonrpc": "2.0",
  "id": 5,
  "method": "kernel/list",
  "params": {
    "cluster": "sunbird",
    "user": "alice"
  }
} satisfies Message & { id: number | string; method: "kernel/list"; params: protocol.KernelListParams },
// kernel-list.result
{
  "jsonrpc": "2.0",
  "id": 5,
  "result": {
    "sessions": [
      {
        "id": "k3v9q2",
        "state": "ready",
        "cluster": "sunbird",
        "title": "Sunbird",
        "host": "sunbird.swansea.ac.uk",
        "user": "alice",
        "owned": true,
        "generation": 1,
        "jobId": "4711",
        "partition": "s_highmem_cdt",
        "account": "scw1000",
        "cpus": 1,
        "memoryMiB": 4096,
        "timeLimitSeconds": 14400,
        "graceSeconds": 900,
        "node": "scs0151",
        "workingDirectory": "/cdt_storage/alice",
        "submittedAt": "2026-03-02T09:00:00Z",
        "startedAt": "2026-03-02T09:00:04Z",
        "endsAt": "2026-03-02T13:00:04Z",
        "url": "http://127.0.0.1:41234/"
      },
      {
        "id": "w8x1m4",
        "state": "pending",
        "cluster": "sunbird",
        "title": "Sunbird",
        "host": "sunbird.swansea.ac.uk",
        "owned": true,
        "generation": 1,
        "jobId": "4712",
        "cpus": 40,
        "pending": {
          "reason": "Resources",
          "message": "No node has 40 free CPUs now.",
          "advice": "Ask for fewer, or wait.",
          "estimatedStart": "2026-03-02T11:30:00Z"
        }
      },
      {
        "id": "k3f00c0ffee1",
        "state": "ready",
        "cluster": "sunbird",
        "title": "Sunbird",
        "host": "sunbird.swansea.ac.uk",
        "owned": false,
        "orphaned": true,
        "generation": 2,
        "jobId": "4700",
        "cpus": 1,
        "node": "scs0152",
        "graceSeconds": 900
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.KernelListResult },
// kernel-log.request
{
  "jsonrpc": "2.0",
  "id": 7,
  "method": "kernel/log",
  "params": {
    "sessionId": "k3v9q2",
    "lines": 50
  }
} satisfies Message & { id: number | string; method: "kernel/log"; params: protocol.KernelLogParams },
// kernel-log.result
{
  "jsonrpc": "2.0",
  "id": 7,
  "result": {
    "text": "[I 2026-03-02 09:00:06.120 ServerApp] Jupyter Server 2.14.2 is running\n"
  }
} satisfies Message & { id: number | string; result: protocol.KernelLogResult },
// kernel-log.unknown-session.error
{
  "jsonrpc": "2.0",
  "id": 7,
  "error": {
    "code": 2,
    "message": "looking for session k3v9q2: this client has no such session. See kernel/list",
    "data": {
      "code": "session.unknown",
      "message": "looking for session k3v9q2: this client has no such session. See kernel/list",
      "tried": "looking for session k3v9q2",
      "answer": "this client has no such session",
      "advice": "See kernel/list"
    }
  }
} satisfies ErrorResponse,
// kernel-reconnect.request
{
  "jsonrpc": "2.0",
  "id": 10,
  "method": "kernel/reconnect",
  "params": {
    "sessionId": "k3f00c0ffee1"
  }
} satisfies Message & { id: number | string; method: "kernel/reconnect"; params: protocol.KernelReconnectParams },
// kernel-reconnect.result
{
  "jsonrpc": "2.0",
  "id": 10,
  "result": {
    "session": {
      "id": "k3v9q2",
      "state": "ready",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "jobId": "4711",
      "partition": "s_highmem_cdt",
      "account": "scw1000",
      "cpus": 1,
      "memoryMiB": 4096,
      "timeLimitSeconds": 14400,
      "graceSeconds": 900,
      "node": "scs0151",
      "workingDirectory": "/cdt_storage/alice",
      "submittedAt": "2026-03-02T09:00:00Z",
      "startedAt": "2026-03-02T09:00:04Z",
      "endsAt": "2026-03-02T13:00:04Z",
      "url": "http://127.0.0.1:41234/"
    }
  }
} satisfies Message & { id: number | string; result: protocol.KernelReconnectResult },
// kernel-start.cancelled.error
{
  "jsonrpc": "2.0",
  "id": 4,
  "error": {
    "code": -32800,
    "message": "cancelled",
    "data": {
      "code": "cancelled",
      "message": "cancelled"
    }
  }
} satisfies ErrorResponse,
// kernel-start.kernel-missing.error
{
  "jsonrpc": "2.0",
  "id": 16,
  "error": {
    "code": 2,
    "message": "looking at the environment /home/alice/bare: ipykernel is not installed in it. Choose another environment.",
    "data": {
      "code": "job.kernel-missing",
      "message": "looking at the environment /home/alice/bare: ipykernel is not installed in it. Choose another environment.",
      "tried": "looking at the environment /home/alice/bare",
      "answer": "ipykernel is not installed in it",
      "advice": "Choose another environment.",
      "choices": [
        {
          "kind": "change",
          "change": {
            "cluster": "sunbird",
            "user": "alice",
            "action": "install",
            "path": "/home/alice/bare"
          },
          "commands": [
            "/home/alice/bare/bin/python -m pip install ipykernel"
          ]
        },
        {
          "kind": "environment",
          "environment": {
            "kind": "venv",
            "name": "ml",
            "path": "/home/alice/ml",
            "pythonVersion": "3.11.2",
            "kernel": "yes",
            "jupyter": "no",
            "request": {
              "name": "/home/alice/ml"
            }
          }
        },
        {
          "kind": "change",
          "change": {
            "cluster": "sunbird",
            "user": "alice",
            "action": "create",
            "path": "/cdt_storage/$USER/sunpyter-environment"
          },
          "commands": [
            "python3 -m venv '/cdt_storage/$USER/sunpyter-environment'",
            "'/cdt_storage/$USER/sunpyter-environment/bin/python' -m pip install jupyter-server ipykernel"
          ]
        }
      ]
    }
  }
} satisfies ErrorResponse,
// kernel-start.not-initialized.error
{
  "jsonrpc": "2.0",
  "id": 4,
  "error": {
    "code": -32002,
    "message": "initialize must be the first request",
    "data": {
      "code": "request.invalid",
      "message": "initialize must be the first request"
    }
  }
} satisfies ErrorResponse,
// kernel-start.project.request
{
  "jsonrpc": "2.0",
  "id": 63,
  "method": "kernel/start",
  "params": {
    "cluster": "sunbird",
    "request": {
      "cpus": 1
    },
    "project": {
      "folder": "/home/alice/thesis"
    }
  }
} satisfies Message & { id: number | string; method: "kernel/start"; params: protocol.KernelStartParams },
// kernel-start.rejected.error
{
  "jsonrpc": "2.0",
  "id": 4,
  "error": {
    "code": 2,
    "message": "handing the job to Slurm: Requested time limit is invalid (missing or exceeds some limit). Ask for less time",
    "data": {
      "code": "slurm.rejected",
      "message": "handing the job to Slurm: Requested time limit is invalid (missing or exceeds some limit). Ask for less time",
      "tried": "handing the job to Slurm",
      "answer": "Requested time limit is invalid (missing or exceeds some limit)",
      "advice": "Ask for less time"
    }
  }
} satisfies ErrorResponse,
// kernel-start.request
{
  "jsonrpc": "2.0",
  "id": 4,
  "method": "kernel/start",
  "params": {
    "cluster": "sunbird",
    "user": "alice",
    "request": {
      "cpus": 1,
      "timeLimitSeconds": 14400,
      "workingDirectory": "/cdt_storage/alice"
    },
    "progressToken": "start-1"
  }
} satisfies Message & { id: number | string; method: "kernel/start"; params: protocol.KernelStartParams },
// kernel-start.result
{
  "jsonrpc": "2.0",
  "id": 4,
  "result": {
    "session": {
      "id": "k3v9q2",
      "state": "ready",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "jobId": "4711",
      "partition": "s_highmem_cdt",
      "account": "scw1000",
      "cpus": 1,
      "memoryMiB": 4096,
      "timeLimitSeconds": 14400,
      "graceSeconds": 900,
      "node": "scs0151",
      "workingDirectory": "/cdt_storage/alice",
      "submittedAt": "2026-03-02T09:00:00Z",
      "startedAt": "2026-03-02T09:00:04Z",
      "endsAt": "2026-03-02T13:00:04Z",
      "url": "http://127.0.0.1:41234/"
    },
    "url": "http://127.0.0.1:41234/",
    "token": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
    "link": "http://127.0.0.1:41234/open/q7Jm3Zt0"
  }
} satisfies Message & { id: number | string; result: protocol.KernelStartResult },
// kernel-start.wrong-type.error
{
  "jsonrpc": "2.0",
  "id": 4,
  "error": {
    "code": -32602,
    "message": "reading the params of kernel/start: request.cpus: a string where an integer belongs",
    "data": {
      "code": "request.invalid",
      "message": "reading the params of kernel/start: request.cpus: a string where an integer belongs",
      "tried": "reading the params of kernel/start",
      "answer": "request.cpus: a string where an integer belongs"
    }
  }
} satisfies ErrorResponse,
// kernel-stop.all.request
{
  "jsonrpc": "2.0",
  "id": 6,
  "method": "kernel/stop",
  "params": {
    "all": true,
    "cluster": "sunbird",
    "user": "alice"
  }
} satisfies Message & { id: number | string; method: "kernel/stop"; params: protocol.KernelStopParams },
// kernel-stop.all.result
{
  "jsonrpc": "2.0",
  "id": 6,
  "result": {
    "released": [
      {
        "jobId": "4711",
        "outcome": "released"
      },
      {
        "sessionId": "w8x1m4",
        "outcome": "no-job"
      },
      {
        "sessionId": "z2c5r7",
        "jobId": "4713",
        "outcome": "handed-over"
      },
      {
        "sessionId": "p6d0f3",
        "jobId": "4714",
        "outcome": "unconfirmed",
        "message": "Slurm's controller does not answer; the job ends by itself within 15 minutes."
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.KernelStopResult },
// kernel-stop.job.request
{
  "jsonrpc": "2.0",
  "id": 6,
  "method": "kernel/stop",
  "params": {
    "jobId": "4711",
    "cluster": "sunbird"
  }
} satisfies Message & { id: number | string; method: "kernel/stop"; params: protocol.KernelStopParams },
// kernel-stop.request
{
  "jsonrpc": "2.0",
  "id": 6,
  "method": "kernel/stop",
  "params": {
    "sessionId": "k3v9q2",
    "waitUntilFree": true
  }
} satisfies Message & { id: number | string; method: "kernel/stop"; params: protocol.KernelStopParams },
// kernel-stop.result
{
  "jsonrpc": "2.0",
  "id": 6,
  "result": {
    "released": [
      {
        "sessionId": "k3v9q2",
        "jobId": "4711",
        "outcome": "node-free"
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.KernelStopResult },
// kernel-takeOver.remote.request
{
  "jsonrpc": "2.0",
  "id": 9,
  "method": "kernel/takeOver",
  "params": {
    "jobId": "4711",
    "cluster": "sunbird",
    "user": "alice",
    "progressToken": "takeover-1"
  }
} satisfies Message & { id: number | string; method: "kernel/takeOver"; params: protocol.KernelTakeOverParams },
// kernel-takeOver.request
{
  "jsonrpc": "2.0",
  "id": "takeover-1",
  "method": "kernel/takeOver",
  "params": {
    "sessionId": "k3v9q2",
    "progressToken": "takeover-1"
  }
} satisfies Message & { id: number | string; method: "kernel/takeOver"; params: protocol.KernelTakeOverParams },
// kernel-takeOver.result
{
  "jsonrpc": "2.0",
  "id": "takeover-1",
  "result": {
    "session": {
      "id": "k3v9q2",
      "state": "ready",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 2,
      "jobId": "4711",
      "partition": "s_highmem_cdt",
      "account": "scw1000",
      "cpus": 1,
      "memoryMiB": 4096,
      "timeLimitSeconds": 14400,
      "graceSeconds": 900,
      "node": "scs0151",
      "workingDirectory": "/cdt_storage/alice",
      "submittedAt": "2026-03-02T09:00:00Z",
      "startedAt": "2026-03-02T09:00:04Z",
      "endsAt": "2026-03-02T13:00:04Z",
      "url": "http://127.0.0.1:41234/",
      "gpus": "a100:1",
      "notice": "Jupyter here is too old for a unix socket; it listens on the node's own 127.0.0.1."
    },
    "url": "http://127.0.0.1:41234/",
    "token": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
    "link": "http://127.0.0.1:41234/open/q7Jm3Zt0"
  }
} satisfies Message & { id: number | string; result: protocol.KernelStartResult },
// kernel-use.request
{
  "jsonrpc": "2.0",
  "id": 14,
  "method": "kernel/use",
  "params": {
    "sessionId": "k3v9q2"
  }
} satisfies Message & { id: number | string; method: "kernel/use"; params: protocol.KernelUseParams },
// kernel-use.result
{
  "jsonrpc": "2.0",
  "id": 14,
  "result": {
    "use": {
      "cpuPercent": 37,
      "mostCpuPercent": 412,
      "memoryMiB": 3174,
      "mostMemoryMiB": 4301,
      "memoryLimitMiB": 16384
    }
  }
} satisfies Message & { id: number | string; result: protocol.KernelUseResult },
// kernel-use.unknown.result
{
  "jsonrpc": "2.0",
  "id": 14,
  "result": {
    "use": {
      "cpuPercent": -1,
      "mostCpuPercent": -1,
      "unknown": "this cluster does not keep each job in a control group of its own, so what it uses is not known"
    }
  }
} satisfies Message & { id: number | string; result: protocol.KernelUseResult },
// progress.begin.notification
{
  "jsonrpc": "2.0",
  "method": "$/progress",
  "params": {
    "token": "start-1",
    "kind": "begin",
    "title": "Starting a kernel on Sunbird",
    "state": "connecting"
  }
} satisfies Message & { method: "$/progress"; params: protocol.ProgressParams },
// progress.bytes.notification
{
  "jsonrpc": "2.0",
  "method": "$/progress",
  "params": {
    "token": "p9",
    "kind": "report",
    "message": "Copied 40 of 100 MiB",
    "doneBytes": 41943040,
    "totalBytes": 104857600
  }
} satisfies Message & { method: "$/progress"; params: protocol.ProgressParams },
// progress.end.notification
{
  "jsonrpc": "2.0",
  "method": "$/progress",
  "params": {
    "token": "start-1",
    "kind": "end",
    "state": "ready",
    "message": "Cells run on scs0151."
  }
} satisfies Message & { method: "$/progress"; params: protocol.ProgressParams },
// progress.report.notification
{
  "jsonrpc": "2.0",
  "method": "$/progress",
  "params": {
    "token": "start-1",
    "kind": "report",
    "state": "pending",
    "message": "Job 4711 waits: no node has 40 free CPUs now."
  }
} satisfies Message & { method: "$/progress"; params: protocol.ProgressParams },
// project-changes.request
{
  "jsonrpc": "2.0",
  "id": 63,
  "method": "project/changes",
  "params": {
    "cluster": "sunbird",
    "project": {
      "folder": "/home/alice/thesis"
    }
  }
} satisfies Message & { id: number | string; method: "project/changes"; params: protocol.ProjectChangesParams },
// project-changes.result
{
  "jsonrpc": "2.0",
  "id": 63,
  "result": {
    "path": "/scratch/s.alice/thesis",
    "files": [
      {
        "name": "results/fig.png",
        "bytes": 20480,
        "modifiedAt": "2026-11-28T15:04:05Z"
      },
      {
        "name": "notes.md",
        "bytes": 300,
        "modifiedAt": "2026-11-27T09:00:00Z",
        "here": true
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.ProjectChangesResult },
// project-pull.request
{
  "jsonrpc": "2.0",
  "id": 64,
  "method": "project/pull",
  "params": {
    "cluster": "sunbird",
    "project": {
      "folder": "/home/alice/thesis"
    },
    "names": [
      "results/fig.png"
    ],
    "overwrite": true,
    "progressToken": "p11"
  }
} satisfies Message & { id: number | string; method: "project/pull"; params: protocol.ProjectPullParams },
// project-pull.result
{
  "jsonrpc": "2.0",
  "id": 64,
  "result": {
    "files": 1,
    "bytes": 20480,
    "skipped": []
  }
} satisfies Message & { id: number | string; result: protocol.FileTransferResult },
// project-push.request
{
  "jsonrpc": "2.0",
  "id": 61,
  "method": "project/push",
  "params": {
    "cluster": "sunbird",
    "project": {
      "folder": "/home/alice/thesis"
    },
    "progressToken": "p10",
    "only": [
      "mymod.py"
    ]
  }
} satisfies Message & { id: number | string; method: "project/push"; params: protocol.ProjectPushParams },
// project-push.resolve.request
{
  "jsonrpc": "2.0",
  "id": 62,
  "method": "project/push",
  "params": {
    "cluster": "sunbird",
    "project": {
      "folder": "/home/alice/thesis",
      "path": "/scratch/s.alice/thesis",
      "adopt": true,
      "mine": [
        "a.py"
      ],
      "theirs": [
        "b.py"
      ]
    },
    "dryRun": true
  }
} satisfies Message & { id: number | string; method: "project/push"; params: protocol.ProjectPushParams },
// project-push.result
{
  "jsonrpc": "2.0",
  "id": 61,
  "result": {
    "path": "/scratch/s.alice/thesis",
    "sent": [
      "analysis.ipynb",
      "mymod.py"
    ],
    "sentBytes": 20480,
    "removed": [
      "old.py"
    ],
    "unchanged": 38,
    "conflicts": [
      {
        "name": "notes.md",
        "path": "/scratch/s.alice/thesis/notes.md"
      }
    ],
    "leftOut": [
      {
        "name": ".env",
        "bytes": 120,
        "reason": "secret"
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.ProjectPushResult },
// project-scan.request
{
  "jsonrpc": "2.0",
  "id": 60,
  "method": "project/scan",
  "params": {
    "project": {
      "folder": "/home/alice/thesis",
      "include": [
        "data/large.csv"
      ],
      "maxTotalMB": 500,
      "maxFileMB": 50
    }
  }
} satisfies Message & { id: number | string; method: "project/scan"; params: protocol.ProjectScanParams },
// project-scan.result
{
  "jsonrpc": "2.0",
  "id": 60,
  "result": {
    "files": 41,
    "bytes": 3355443,
    "leftOut": [
      {
        "name": ".env",
        "bytes": 120,
        "reason": "secret"
      },
      {
        "name": "raw.bin",
        "bytes": 734003200,
        "reason": "too-large"
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.ProjectScanResult },
// prompt-confirm.new-key.request
{
  "jsonrpc": "2.0",
  "id": 4,
  "method": "prompt/confirm",
  "params": {
    "host": "login.example.org",
    "purpose": "new-key",
    "message": "There is no SSH key on this computer yet. Create one now and install it on login.example.org?",
    "detail": "You are asked for your password once. From then on the key is enough.",
    "accept": "Make a Key"
  }
} satisfies Message & { id: number | string; method: "prompt/confirm"; params: protocol.PromptConfirmParams },
// prompt-confirm.reconnect.request
{
  "jsonrpc": "2.0",
  "id": 3,
  "method": "prompt/confirm",
  "params": {
    "host": "sunbird.swansea.ac.uk",
    "purpose": "reconnect",
    "message": "Reconnect to Sunbird?",
    "detail": "The connection was lost, and sunbird.swansea.ac.uk asks for you.",
    "accept": "Reconnect"
  }
} satisfies Message & { id: number | string; method: "prompt/confirm"; params: protocol.PromptConfirmParams },
// prompt-confirm.request
{
  "jsonrpc": "2.0",
  "id": 3,
  "method": "prompt/confirm",
  "params": {
    "host": "sunbird.swansea.ac.uk",
    "purpose": "host-key",
    "message": "This computer has not met sunbird.swansea.ac.uk before. Is its key right?",
    "detail": "ssh-ed25519 SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
    "accept": "Connect"
  }
} satisfies Message & { id: number | string; method: "prompt/confirm"; params: protocol.PromptConfirmParams },
// prompt-confirm.result
{
  "jsonrpc": "2.0",
  "id": 3,
  "result": {
    "accepted": true
  }
} satisfies Message & { id: number | string; result: protocol.PromptConfirmResult },
// prompt-secret.cancelled.result
{
  "jsonrpc": "2.0",
  "id": 1,
  "result": {
    "cancelled": true
  }
} satisfies Message & { id: number | string; result: protocol.PromptSecretResult },
// prompt-secret.passphrase-wrong.request
{
  "jsonrpc": "2.0",
  "id": 2,
  "method": "prompt/secret",
  "params": {
    "host": "sunbird.swansea.ac.uk",
    "purpose": "passphrase",
    "prompt": "Passphrase for the key ~/.ssh/id_ed25519",
    "detail": "That was not the passphrase of this key. Nothing was sent to the host.",
    "wrong": true
  }
} satisfies Message & { id: number | string; method: "prompt/secret"; params: protocol.PromptSecretParams },
// prompt-secret.passphrase.request
{
  "jsonrpc": "2.0",
  "id": 2,
  "method": "prompt/secret",
  "params": {
    "host": "sunbird.swansea.ac.uk",
    "purpose": "passphrase",
    "prompt": "Passphrase for the key ~/.ssh/id_ed25519"
  }
} satisfies Message & { id: number | string; method: "prompt/secret"; params: protocol.PromptSecretParams },
// prompt-secret.password.request
{
  "jsonrpc": "2.0",
  "id": 2,
  "method": "prompt/secret",
  "params": {
    "host": "sunbird.swansea.ac.uk",
    "user": "alice",
    "purpose": "password",
    "prompt": "Password: "
  }
} satisfies Message & { id: number | string; method: "prompt/secret"; params: protocol.PromptSecretParams },
// prompt-secret.request
{
  "jsonrpc": "2.0",
  "id": 1,
  "method": "prompt/secret",
  "params": {
    "host": "sunbird.swansea.ac.uk",
    "user": "alice",
    "purpose": "code",
    "prompt": "Verification code: ",
    "detail": "Two-step login at Swansea",
    "echo": true
  }
} satisfies Message & { id: number | string; method: "prompt/secret"; params: protocol.PromptSecretParams },
// prompt-secret.result
{
  "jsonrpc": "2.0",
  "id": 1,
  "result": {
    "value": "123456"
  }
} satisfies Message & { id: number | string; result: protocol.PromptSecretResult },
// session-didChange.connecting.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "cpus": 1,
      "state": "connecting"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.disconnected.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "cpus": 1,
      "state": "disconnected"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.disconnected.sign-in.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "cpus": 1,
      "state": "disconnected",
      "needsUserAction": true,
      "notice": "sign in to Sunbird to reconnect: Verification code:"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.ended.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "state": "ended",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "jobId": "4711",
      "partition": "s_highmem_cdt",
      "account": "scw1000",
      "cpus": 1,
      "memoryMiB": 4096,
      "timeLimitSeconds": 14400,
      "graceSeconds": 900,
      "node": "scs0151",
      "workingDirectory": "/cdt_storage/alice",
      "submittedAt": "2026-03-02T09:00:00Z",
      "startedAt": "2026-03-02T09:00:04Z",
      "endsAt": "2026-03-02T13:00:04Z",
      "cause": {
        "code": "ended.time-limit",
        "message": "The job's time limit of 4 hours ended it. Ask for more time next time",
        "tried": "running job 4711",
        "answer": "TIMEOUT",
        "advice": "Ask for more time next time"
      }
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.ending.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "cpus": 1,
      "state": "ending"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.idle.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "state": "ready",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "jobId": "4711",
      "partition": "s_highmem_cdt",
      "account": "scw1000",
      "cpus": 1,
      "memoryMiB": 4096,
      "timeLimitSeconds": 14400,
      "graceSeconds": 900,
      "node": "scs0151",
      "workingDirectory": "/cdt_storage/alice",
      "submittedAt": "2026-03-02T09:00:00Z",
      "startedAt": "2026-03-02T09:00:04Z",
      "endsAt": "2026-03-02T13:00:04Z",
      "url": "http://127.0.0.1:41234/",
      "idleSeconds": 3600,
      "idleEndsAt": "2026-03-02T10:40:00Z"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.memory.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "state": "ready",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "jobId": "4711",
      "partition": "s_highmem_cdt",
      "account": "scw1000",
      "cpus": 1,
      "memoryMiB": 4096,
      "timeLimitSeconds": 14400,
      "graceSeconds": 900,
      "node": "scs0151",
      "workingDirectory": "/cdt_storage/alice",
      "submittedAt": "2026-03-02T09:00:00Z",
      "startedAt": "2026-03-02T09:00:04Z",
      "endsAt": "2026-03-02T13:00:04Z",
      "use": {
        "cpuPercent": 98,
        "mostCpuPercent": 101,
        "memoryMiB": 512,
        "mostMemoryMiB": 4096,
        "memoryLimitMiB": 4096
      },
      "url": "http://127.0.0.1:41234/",
      "idleSeconds": 3600,
      "memoryKills": 1,
      "suggestedMemoryMiB": 8192,
      "notice": "a kernel was ended: it used more than its 4 GB of memory. Start again with 8 GB"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.pending.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "w8x1m4",
      "state": "pending",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "owned": true,
      "generation": 1,
      "jobId": "4712",
      "cpus": 40,
      "pending": {
        "reason": "Priority",
        "message": "Other jobs in the queue come first.",
        "advice": "Ask for fewer CPUs, or wait.",
        "estimatedStart": "2026-03-02T11:30:00Z",
        "jobsAhead": 12,
        "smaller": {
          "cpus": 10,
          "timeLimitSeconds": 3600
        }
      }
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.ready.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "state": "ready",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "jobId": "4711",
      "partition": "s_highmem_cdt",
      "account": "scw1000",
      "cpus": 1,
      "memoryMiB": 4096,
      "timeLimitSeconds": 14400,
      "graceSeconds": 900,
      "node": "scs0151",
      "workingDirectory": "/cdt_storage/alice",
      "submittedAt": "2026-03-02T09:00:00Z",
      "startedAt": "2026-03-02T09:00:04Z",
      "endsAt": "2026-03-02T13:00:04Z",
      "url": "http://127.0.0.1:41234/"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.starting.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "cpus": 1,
      "state": "starting"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// session-didChange.submitting.notification
{
  "jsonrpc": "2.0",
  "method": "session/didChange",
  "params": {
    "session": {
      "id": "k3v9q2",
      "cluster": "sunbird",
      "title": "Sunbird",
      "host": "sunbird.swansea.ac.uk",
      "user": "alice",
      "owned": true,
      "generation": 1,
      "cpus": 1,
      "state": "submitting"
    }
  }
} satisfies Message & { method: "session/didChange"; params: protocol.SessionDidChangeParams },
// shell-close.request
{
  "jsonrpc": "2.0",
  "id": 27,
  "method": "shell/close",
  "params": {
    "shellId": "shell-1"
  }
} satisfies Message & { id: number | string; method: "shell/close"; params: protocol.ShellCloseParams },
// shell-close.result
{
  "jsonrpc": "2.0",
  "id": 27,
  "result": {}
} satisfies Message & { id: number | string; result: protocol.ShellCloseResult },
// shell-didEnd.kernel-ended.notification
{
  "jsonrpc": "2.0",
  "method": "shell/didEnd",
  "params": {
    "shellId": "shell-1",
    "exitStatus": 0,
    "problem": {
      "code": "ended.time-limit",
      "message": "running a shell on the node: the kernel has ended: it reached its time limit. Start a new kernel.",
      "tried": "running a shell on the node",
      "answer": "the kernel has ended: it reached its time limit",
      "advice": "Start a new kernel."
    }
  }
} satisfies Message & { method: "shell/didEnd"; params: protocol.ShellDidEndParams },
// shell-didEnd.notification
{
  "jsonrpc": "2.0",
  "method": "shell/didEnd",
  "params": {
    "shellId": "shell-1",
    "exitStatus": 0
  }
} satisfies Message & { method: "shell/didEnd"; params: protocol.ShellDidEndParams },
// shell-input.end.request
{
  "jsonrpc": "2.0",
  "id": 24,
  "method": "shell/input",
  "params": {
    "shellId": "shell-2",
    "end": true
  }
} satisfies Message & { id: number | string; method: "shell/input"; params: protocol.ShellInputParams },
// shell-input.request
{
  "jsonrpc": "2.0",
  "id": 23,
  "method": "shell/input",
  "params": {
    "shellId": "shell-1",
    "data": "bnByb2MK"
  }
} satisfies Message & { id: number | string; method: "shell/input"; params: protocol.ShellInputParams },
// shell-input.result
{
  "jsonrpc": "2.0",
  "id": 23,
  "result": {}
} satisfies Message & { id: number | string; result: protocol.ShellInputResult },
// shell-open.command.request
{
  "jsonrpc": "2.0",
  "id": 22,
  "method": "shell/open",
  "params": {
    "sessionId": "k3v9q2",
    "shellId": "shell-2",
    "command": [
      "nvidia-smi",
      "-L"
    ]
  }
} satisfies Message & { id: number | string; method: "shell/open"; params: protocol.ShellOpenParams },
// shell-open.not-ready.error
{
  "jsonrpc": "2.0",
  "id": 21,
  "error": {
    "code": -32602,
    "message": "opening a shell on the node: the kernel is not ready. Wait until it is.",
    "data": {
      "code": "request.invalid",
      "message": "opening a shell on the node: the kernel is not ready. Wait until it is.",
      "tried": "opening a shell on the node",
      "answer": "the kernel is not ready",
      "advice": "Wait until it is."
    }
  }
} satisfies ErrorResponse,
// shell-open.request
{
  "jsonrpc": "2.0",
  "id": 21,
  "method": "shell/open",
  "params": {
    "sessionId": "k3v9q2",
    "shellId": "shell-1",
    "terminal": true,
    "term": "xterm-256color",
    "colorTerm": "truecolor",
    "rows": 30,
    "columns": 100
  }
} satisfies Message & { id: number | string; method: "shell/open"; params: protocol.ShellOpenParams },
// shell-open.result
{
  "jsonrpc": "2.0",
  "id": 21,
  "result": {
    "node": "scs0151",
    "key": "5f1c09e2ab7d4463"
  }
} satisfies Message & { id: number | string; result: protocol.ShellOpenResult },
// shell-open.return.request
{
  "jsonrpc": "2.0",
  "id": 23,
  "method": "shell/open",
  "params": {
    "sessionId": "k3v9q2",
    "shellId": "shell-3",
    "terminal": true,
    "rows": 30,
    "columns": 100,
    "key": "5f1c09e2ab7d4463"
  }
} satisfies Message & { id: number | string; method: "shell/open"; params: protocol.ShellOpenParams },
// shell-output.request
{
  "jsonrpc": "2.0",
  "id": 8,
  "method": "shell/output",
  "params": {
    "shellId": "shell-1",
    "data": "NA0K"
  }
} satisfies Message & { id: number | string; method: "shell/output"; params: protocol.ShellOutputParams },
// shell-output.result
{
  "jsonrpc": "2.0",
  "id": 8,
  "result": {}
} satisfies Message & { id: number | string; result: protocol.ShellOutputResult },
// shell-output.stderr.request
{
  "jsonrpc": "2.0",
  "id": 9,
  "method": "shell/output",
  "params": {
    "shellId": "shell-2",
    "data": "bnZpZGlhLXNtaTogbm8gZGV2aWNlcwo=",
    "stderr": true
  }
} satisfies Message & { id: number | string; method: "shell/output"; params: protocol.ShellOutputParams },
// shell-resize.request
{
  "jsonrpc": "2.0",
  "id": 25,
  "method": "shell/resize",
  "params": {
    "shellId": "shell-1",
    "rows": 41,
    "columns": 77
  }
} satisfies Message & { id: number | string; method: "shell/resize"; params: protocol.ShellResizeParams },
// shell-resize.result
{
  "jsonrpc": "2.0",
  "id": 25,
  "result": {}
} satisfies Message & { id: number | string; result: protocol.ShellResizeResult },
// shell-signal.request
{
  "jsonrpc": "2.0",
  "id": 26,
  "method": "shell/signal",
  "params": {
    "shellId": "shell-2",
    "signal": "INT"
  }
} satisfies Message & { id: number | string; method: "shell/signal"; params: protocol.ShellSignalParams },
// shell-signal.result
{
  "jsonrpc": "2.0",
  "id": 26,
  "result": {}
} satisfies Message & { id: number | string; result: protocol.ShellSignalResult },
// shutdown.request
{
  "jsonrpc": "2.0",
  "id": 8,
  "method": "shutdown"
} satisfies Message & { id: number | string; method: "shutdown" },
// shutdown.result
{
  "jsonrpc": "2.0",
  "id": 8,
  "result": {
    "released": [
      {
        "sessionId": "k3v9q2",
        "jobId": "4711",
        "outcome": "released"
      }
    ]
  }
} satisfies Message & { id: number | string; result: protocol.ShutdownResult },
// window-logMessage.debug.notification
{
  "jsonrpc": "2.0",
  "method": "window/logMessage",
  "params": {
    "level": "debug",
    "message": "squeue took 0.09 s"
  }
} satisfies Message & { method: "window/logMessage"; params: protocol.LogMessageParams },
// window-logMessage.error.notification
{
  "jsonrpc": "2.0",
  "method": "window/logMessage",
  "params": {
    "level": "error",
    "message": "the connection to sunbird.swansea.ac.uk broke: connection reset by peer"
  }
} satisfies Message & { method: "window/logMessage"; params: protocol.LogMessageParams },
// window-logMessage.info.notification
{
  "jsonrpc": "2.0",
  "method": "window/logMessage",
  "params": {
    "level": "info",
    "message": "job 4711 runs on scs0151"
  }
} satisfies Message & { method: "window/logMessage"; params: protocol.LogMessageParams },
// window-logMessage.warning.notification
{
  "jsonrpc": "2.0",
  "method": "window/logMessage",
  "params": {
    "level": "warning",
    "message": "Slurm's controller does not answer; asking again in 30 s"
  }
} satisfies Message & { method: "window/logMessage"; params: protocol.LogMessageParams },
// window-showMessage.banner.notification
{
  "jsonrpc": "2.0",
  "method": "window/showMessage",
  "params": {
    "level": "info",
    "message": "sunbird.swansea.ac.uk says: Maintenance on Tuesday from 9:00.",
    "detail": "Maintenance on Tuesday from 9:00.\nAll jobs end then."
  }
} satisfies Message & { method: "window/showMessage"; params: protocol.ShowMessageParams },
// window-showMessage.retry.notification
{
  "jsonrpc": "2.0",
  "method": "window/showMessage",
  "params": {
    "level": "warning",
    "message": "sunbird.swansea.ac.uk lets only so many log in at once; trying again in 4 s"
  }
} satisfies Message & { method: "window/showMessage"; params: protocol.ShowMessageParams },
];

// The check itself is checked: a value and a member that no type has must be refused.
// @ts-expect-error no such state
export const unknownValue = "sleeping" satisfies protocol.SessionState;
// @ts-expect-error no such member
export const unknownMember = { link: "", extra: 1 } satisfies protocol.KernelLinkResult;

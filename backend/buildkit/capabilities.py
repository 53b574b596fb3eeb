"""What the engine's build service can do, in the words that clients look for.

Source: BuildKit's `frontend/gateway/pb/caps.go` and `solver/pb/caps.go`.
"""

BUILDKIT_VERSION = "v0.13.2"
"""The BuildKit of Docker 26.1, whose API this is."""

FRONTEND_CAPABILITIES = (
    "solve.base",
    "return",
    "returnmap",
    "proto.refarray",
    "gateway.solve.metadata",
    "frontend.caps",
    "gateway.warnings",
    "gateway.evaluate",
    "reference.output",
)

LLB_CAPABILITIES = (
    "constraints",
    "platform",
    "meta.ignorecache",
    "exec.meta.base",
    "exec.meta.network",
    "exec.meta.ulimit",
    "exec.meta.cgroup.parent",
    "exec.extrahosts",
    "source.local",
    "source.local.sessionid",
    "source.local.includepatterns",
    "source.local.followpaths",
    "source.local.excludepatterns",
    "source.local.sharedkeyhint",
)

WORKER_LABELS = {"org.mobyproject.buildkit.worker.snapshotter": "overlayfs"}
"""By this label buildx knows an engine that exports caches and archives of images."""

"""The parts of one engine, as the API sees them."""

from dataclasses import dataclass

from backend.builder.build_state import BuildState
from backend.builder.run.lent_agents import LentAgents
from backend.config import EngineConfig
from backend.containers.manager import Containers
from backend.database import Database
from backend.events import EventBus
from backend.images.manager import Images
from backend.networks.manager import Networks
from backend.state_files import StateFiles
from backend.tasks import Tasks
from backend.volumes.manager import Volumes


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything that a request may need; made once by `backend.daemon`."""

    config: EngineConfig
    files: StateFiles
    database: Database
    events: EventBus
    tasks: Tasks
    images: Images
    volumes: Volumes
    networks: Networks
    containers: Containers
    builds: BuildState
    agents: LentAgents

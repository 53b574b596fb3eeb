"""Which image the scanner is, and what it takes to fetch it."""

LABEL = "org.marina.scan"
"""What the scanner's containers have, and no other."""
SCANNER_VERSION = "0.75.0"
SCANNER_NAME = "aquasec/trivy"
SCANNER = f"{SCANNER_NAME}@sha256:af6acf9a6b85dfe389a1941505c0ce9efef52a4719635e1a962f022a3d855daa"
"""Named by its digest, which no other image can have: in March 2026 Trivy's tags carried malware."""
SCANNER_BYTES = 70_000_000
DATABASE_BYTES = 100_000_000
"""About what each takes to fetch."""
JAVA_BYTES = 1_000_000_000

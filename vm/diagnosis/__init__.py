"""What is wrong between the user and a container, and the bundle of evidence for somebody who helps."""

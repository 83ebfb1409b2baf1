"""Real servers on this machine that tests fetch files from: SSH, web, S3 and Azure blobs."""

"""Identity and steady keypoints: poses in, tracks out."""

"""The pose stage: people and their keypoints in one frame, by an ONNX network."""

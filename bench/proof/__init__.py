"""What bench/run is made of: newscached beside others and beside the least that can be done, measured in turns."""

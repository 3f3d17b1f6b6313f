"""Forestry carbon tickets (林业碳票): eligibility, and nothing counted twice."""

def draw_all(judged, campaigns, folder):
    return []

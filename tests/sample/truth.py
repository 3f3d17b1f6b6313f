"""What is really there: read by tests only, never by the plugin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

GROUP_OF = {"220": "pine", "261": "pine", "310": "fir", "490": "broadleaf", "470": "broadleaf", "620": "broadleaf"}
GROUP_OF |= {"550": "broadleaf", "630": "mixed", "610": "mixed", "660": "bamboo"}
CODE_OF = {"700": "700", "900": "900", "sparse": "220"}


def truth_table(
    key: pd.Series,
    keys: pd.DataFrame,
    table: pd.DataFrame,
    planted: pd.DataFrame,
    slip: np.ndarray,
    hurt: pd.DataFrame,
    shape: np.ndarray,
    recorded: pd.Series,
) -> pd.DataFrame:
    """Return one row per stand of the later inventory, in its order."""
    cover = table["cover"]
    area = shapely.area(shape) / 1e4
    truth = keys.drop(columns="leader").copy()
    truth.insert(0, "stand_key", key)
    truth["true_species_code"] = [c if c in GROUP_OF else CODE_OF.get(c) for c in cover]
    truth["true_group"] = [GROUP_OF.get(c, "other") for c in cover]
    truth["recorded_code"] = recorded
    truth["planted_error"], truth["error_at"] = planted["planted_error"], planted["error_at"]
    truth["recoded"], truth["planted_slip"] = planted["recoded"], slip
    truth["damage_ha"] = hurt["damage_ha"].round(4)
    truth["damage_share"] = np.round(hurt["damage_ha"] / area, 4)
    truth["wilt_share"] = np.round(hurt["wilt_ha"] / area, 4)
    truth["event"], truth["event_year"] = table["event"], table["event_year"]
    for name in ("volume_2015", "volume"):
        truth[f"true_{name}_m3_ha"] = table[name].round(2)
    return truth.rename(columns={"true_volume_m3_ha": "true_volume_2020_m3_ha"})

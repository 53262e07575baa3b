// The decisions (controller/core/decision.h) of updates in place, in alphabetical order.
#pragma once

#include "controller/core/decision.h"

namespace windlass::in_place::decisions {

inline constexpr Decision kBlockRevision{"block revision"};
inline constexpr Decision kDrainPod{"drain pod"};
inline constexpr Decision kExchangeForget{"exchange: forget"};
inline constexpr Decision kExchangeGiveUp{"exchange: give up"};
inline constexpr Decision kExchangeHost{"exchange: host"};
inline constexpr Decision kExchangePending{"exchange: pending"};
inline constexpr Decision kFallBackToReplace{"fall back to recreate"};
inline constexpr Decision kForgetInPlaceRollout{"forget in-place rollout"};
inline constexpr Decision kMirrorAnnotations{"mirror annotations"};
inline constexpr Decision kNoteRefusedPodPatch{"note refused pod patch"};
inline constexpr Decision kNoteStandIns{"note stand-ins"};
inline constexpr Decision kNoteUnblock{"note unblock"};
inline constexpr Decision kOpenGate{"open gate"};
inline constexpr Decision kPatchPod{"patch pod"};
inline constexpr Decision kResizePod{"resize pod"};
inline constexpr Decision kRestoreState{"restore state of pod"};
inline constexpr Decision kScaleStandIns{"scale stand-ins"};
inline constexpr Decision kUndrainPod{"undrain pod"};

}  // namespace windlass::in_place::decisions

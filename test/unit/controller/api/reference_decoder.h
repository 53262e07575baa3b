// The decoders of custom resources once more, the slow and obvious way: over a whole nlohmann tree.
#pragma once

#include "controller/api/replication_controller_update.h"
#include "controller/api/rollout.h"
#include "test/unit/api/reference_fields.h"

namespace windlass::test {

// The fields of each kind.
template <>
const Fields<Rollout>& FieldsOf<Rollout>();
template <>
const Fields<ReplicationControllerUpdate>& FieldsOf<ReplicationControllerUpdate>();

}  // namespace windlass::test

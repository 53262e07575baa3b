// Which object a name without a type is: the one object of that name, whatever kind it has.
#pragma once

#include <string>

#include "cmd/kubectl-windlass/command_name.h"
#include "cmd/kubectl-windlass/requests.h"
#include "cmd/kubectl-windlass/session.h"

namespace windlass::cli {

// Looks for the object of that name in the namespace, for `command`. Asks for all kinds at the same
// time. Returns the first of these that applies:
//   - the one object of a kind that the command acts on
//   - kConfig, which lists the objects, if there are several of such kinds
//   - the error of a request for such a kind, for example a missing right
//   - kNotFound, if the cluster serves none of these kinds, or not even a kind that is built in
//   - an object of another kind: the command will say why it does nothing for it
//   - kNotFound
// The errors have a text for people.
Result<Place> FindNamed(Session& session, CommandName command, const std::string& namespace_,
                        const std::string& name);

}  // namespace windlass::cli

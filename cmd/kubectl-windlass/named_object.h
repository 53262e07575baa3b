// Which object a name without a type is: the one object of that name, whatever kind it has.
#pragma once

#include <string>

#include "cmd/kubectl-windlass/command_name.h"
#include "cmd/kubectl-windlass/requests.h"
#include "cmd/kubectl-windlass/session.h"

namespace windlass::cli {

// Looks in the namespace for the object that is called `name` and that `command` can act on. Asks
// for all kinds at the same time. Returns the first of these that applies:
//   - the object, if only one of the kinds that have the command has an object with the name
//   - kConfig with a list of the objects, if several of these kinds have one
//   - the error of a request for one of these kinds, for example a missing right
//   - kNotFound, if the cluster serves none of these kinds, or does not serve a built-in kind
//   - an object of a kind that lacks the command: InsteadText then says what to use instead
//   - kNotFound
// The errors have a text for people.
Result<Place> FindNamed(Session& session, CommandName command, const std::string& namespace_,
                        const std::string& name);

}  // namespace windlass::cli

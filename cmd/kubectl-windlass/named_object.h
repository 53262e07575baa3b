// Which object a name without a type is: the one object of that name, whatever kind it has.
#pragma once

#include <string>

#include "cmd/kubectl-windlass/command_name.h"
#include "cmd/kubectl-windlass/requests.h"
#include "cmd/kubectl-windlass/session.h"

namespace windlass::cli {

// Returns the object of that name in the namespace, for `command`. Asks for all kinds at the same
// time.
//   - One of the kinds that the command acts on wins over another one, of which the command will
//   say
//     why it does nothing.
//   - Returns kConfig, which lists them, if two are equally good.
//   - Returns kNotFound if there is none, and any other error of a request if that was why none was
//     found; both have a text for people.
// A kind that the cluster does not serve, or that the user may not read, has no such object.
Result<Place> FindNamed(Session& session, CommandName command, const std::string& namespace_,
                        const std::string& name);

}  // namespace windlass::cli

// The table of commands, a part for each file. An entry is added in the part that it belongs to.
#pragma once

#include <vector>

#include "cli/command.h"

namespace hypnos::cli {

std::vector<Command> StatusCommands();
std::vector<Command> SourceCommands();
std::vector<Command> LayerCommands();
std::vector<Command> PhaseCommands();
std::vector<Command> GuardCommands();
std::vector<Command> ProbeCommands();
std::vector<Command> HistoryCommands();
std::vector<Command> FleetCommands();
std::vector<Command> CheckpointCommands();
std::vector<Command> PictureCommands();
std::vector<Command> EventCommands();
std::vector<Command> ConfigCommands();
std::vector<Command> DaemonCommands();
std::vector<Command> WatchCommands();
std::vector<Command> TopCommands();
std::vector<Command> SessionCommands();
std::vector<Command> TokenCommands();
std::vector<Command> LocalCommands();

}  // namespace hypnos::cli

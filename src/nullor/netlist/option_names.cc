#include "nullor/netlist/option_names.h"

namespace nullor::netlist {

const std::vector<std::string>& option_names() {
  static const std::vector<std::string> names = {
      // Accuracy and convergence.
      "abstol", "reltol", "vntol", "chgtol", "trtol", "gmin", "gshunt", "rshunt", "cshunt", "pivtol",
      "pivrel", "itl1", "itl2", "itl3", "itl4", "itl5", "itl6", "srcsteps", "gminsteps", "gminfactor",
      "noopiter", "maxord", "method", "xmu", "ramptime", "convlimit", "convstep", "convabsstep", "autostop",
      "minbreak", "interp", "trytocompact", "noopac", "noinit", "optran", "absvar", "relvar", "ltereltol",
      "lteabstol", "newtrunc", "dphimax",
      // Temperature, geometry, devices.
      "temp", "tnom", "scale", "defl", "defw", "defad", "defas", "defm", "bypass", "badmos3", "wnflag",
      "rseries", "epsmin", "cshunt", "oldlimit", "keepopinfo", "indverbosity", "xmaxevt",
      // Output.
      "savecurrents", "list", "node", "nodes", "opts", "acct", "noacct", "nomod", "nopage", "norefvalue",
      "post", "brief", "numdgt", "limpts", "limtim", "cptime", "width", "height", "seed", "seedinfo", "klu",
      "sparse", "num_threads", "warn", "maxwarns", "ingold", "probe", "filetype", "measdgt", "nofrills",
      "sim_status", "measure", "nopreflist", "unwrap", "fastother", "lvltim", "mixed"};
  return names;
}

bool is_text_option(std::string_view name) { return name == "method" || name == "filetype"; }

}  // namespace nullor::netlist

"""Records of builds as builders exchange them: `.dockerbuild` archives, of CI and of other computers."""

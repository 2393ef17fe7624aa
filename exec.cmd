@rem The exec of other shells, for npm start: there a signal to npm has to reach the service and not the shell before it.
@%*

import '../support/environment';

// To work out the time of another zone takes longer than all else that an execution does.
process.env.GENERIC_TIMEZONE = 'UTC';
